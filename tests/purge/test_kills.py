"""Killed at any change that it makes to the disk and run again, the purge ends in one place."""

import os
from datetime import date, timedelta
from shutil import copytree, rmtree

import duckdb
import pytest

from flows import settings as winnow_settings
from flows.adapters.receipts import Receipts
from flows.purge_expired import purge_expired

OLDEST_KEPT = date(2026, 3, 2)
EXPIRED = date(2026, 3, 1)
CHANGES = ("unlink", "replace", "rmdir", "truncate")


class Killed(BaseException):
    pass


class Killer:
    """Ends everything at the n-th change; from then on nothing changes any more."""

    def __init__(self, monkeypatch, at: int) -> None:
        self.left = at
        for name in CHANGES:
            monkeypatch.setattr(os, name, self._deadly(getattr(os, name)))

    def _deadly(self, function):
        def change(*args, **kwargs):
            if self.left <= 0:
                raise Killed
            self.left -= 1
            return function(*args, **kwargs)

        return change


def fill(store) -> None:
    store.add_session("gone", [EXPIRED, OLDEST_KEPT])
    store.add_session("kept", [OLDEST_KEPT])
    checked = OLDEST_KEPT + timedelta(days=3)
    store.add_survival([("gone", "1h", checked), ("kept", "1h", checked)], checked)
    for name in ("manifest.json", "part-0.parquet"):
        store.write(f"exports/opt_in/training_sessions/date={EXPIRED}/{name}", "")
    store.write(f"state/opt_in/landed/{EXPIRED}.json")
    store.write("keys/opt_in/epoch-682.key", "k" * 32)
    path = store.home / "warehouse" / "opt_in.duckdb"
    path.parent.mkdir()
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE s (session_date DATE)")
        connection.execute(f"INSERT INTO s VALUES ('{EXPIRED}'), ('{OLDEST_KEPT}')")


def state_of(store) -> tuple:
    with duckdb.connect(str(store.home / "warehouse/opt_in.duckdb"), read_only=True) as connection:
        dates = connection.execute("SELECT session_date FROM s").fetchall()
    files = {name for name in store.files() if not name.startswith("state/purge/")}
    return files, store.sessions_in("raw"), store.sessions_in("survival"), dates


def test_killed_at_any_change_and_run_again_it_ends_in_the_same_place(store, tmp_path):
    fill(store)
    copytree(store.home, tmp_path / "full")
    purge_expired("opt_in", "today")
    expected, kills = state_of(store), 0
    while True:
        rmtree(store.home)
        copytree(tmp_path / "full", store.home)
        if not is_killed_at(kills):
            break
        assert Receipts(store.home).is_whole()
        purge_expired("opt_in", "today")
        assert state_of(store) == expected
        assert Receipts(store.home).is_whole()
        kills += 1
    assert kills > 20


def is_killed_at(count: int) -> bool:
    winnow_settings._bound = None
    with pytest.MonkeyPatch.context() as patch:
        Killer(patch, count)
        try:
            purge_expired("opt_in", "today")
        except Killed:
            return True
    return False


def test_an_export_loses_its_manifest_first(store, monkeypatch):
    fill(store)
    order = []
    unlink = os.unlink
    monkeypatch.setattr(os, "unlink", lambda path: (order.append(str(path)), unlink(path)))
    purge_expired("opt_in", "today")
    names = [path.rsplit("/", 1)[1] for path in order if "/exports/" in path]
    assert names == ["manifest.json", "part-0.parquet"]
