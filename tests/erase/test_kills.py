"""Killed at any change that it makes to the disk, an erasure is finished by the next daily run."""

import os
import random
from contextlib import suppress
from shutil import copytree, rmtree

import pytest

from flows.adapters.receipts import Receipts
from flows.erase_account import erase
from flows.policy.tiers import Tier
from flows.watch_consent import watch_consent

CHANGES = ("unlink", "replace", "rmdir", "truncate")
TRIES = 3


class Killed(BaseException):
    pass


class Killer:
    """Counts changes; with `at` it ends everything at that one, and nothing changes any more."""

    def __init__(self, patch, at: int | None = None) -> None:
        self.at, self.done = at, 0
        for name in CHANGES:
            patch.setattr(os, name, self._counting(getattr(os, name)))

    def _counting(self, function):
        def change(*args, **kwargs):
            if self.at is not None and self.done >= self.at:
                raise Killed
            self.done += 1
            return function(*args, **kwargs)

        return change


def run(shop, work, at=None) -> Killer:
    shop.fresh()
    with pytest.MonkeyPatch.context() as patch:
        killer = Killer(patch, at)
        with suppress(Killed):
            work()
    shop.fresh()
    return killer


def test_killed_anywhere_it_is_finished_by_the_next_run(shop, tmp_path_factory):
    full = tmp_path_factory.mktemp("kept") / "full"
    copytree(shop.home, full)
    whole = run(shop, lambda: erase(Tier.OPT_IN, "ada", execute=True))
    expected = shop.rows()
    first = 2  # From here on the erasure is noted.
    for at in sorted(random.Random(7).sample(range(first, whole.done), TRIES)):
        rmtree(shop.home)
        copytree(full, shop.home)
        run(shop, lambda: erase(Tier.OPT_IN, "ada", execute=True), at)
        run(shop, lambda: watch_consent(Tier.OPT_IN))
        assert shop.traces("ada", ["a1", "a2"]) == set(), at
        assert shop.rows() == expected and Receipts(shop.home).is_whole()
        shop.session("ada", "a1")
        shop.run()
        assert shop.rows() == expected
