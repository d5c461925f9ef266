"""When an epoch's last day is purged its key goes: old exports name nobody any more."""

from datetime import UTC, date, datetime, timedelta

import pytest

from flows.adapters.keys import KeyRing
from flows.adapters.tombstones import Tombstones
from flows.erase_account import erase
from flows.policy.errors import WinnowError
from flows.policy.pseudonyms import epoch_of, last_day_of
from flows.policy.tiers import Tier
from flows.policy.windows import RETENTION_DAYS
from flows.purge_expired import purge_expired
from flows.verifier import accounts as verifier
from tests.flows.house import DAY, TODAY


def after_the_epoch_of(day: date) -> date:
    return last_day_of(epoch_of(day)) + timedelta(days=RETENTION_DAYS)


@pytest.fixture
def purge(shop, monkeypatch):
    def call(day: date) -> dict:
        monkeypatch.setenv("WINNOW_TODAY", str(day))
        shop.fresh()
        try:
            return purge_expired("opt_in", "today")
        finally:
            shop.fresh()

    return call


def test_no_key_that_is_left_links_a_taken_copy_to_its_account(shop, purge):
    """The trainer's copy outlives the store; what winnow still has cannot name its sessions."""
    copy = shop.rows()
    assert {shop.key_of(name) for name in ("a1", "a2", "b1")} == copy
    purge(after_the_epoch_of(DAY))
    keys = shop.home / "keys" / "opt_in"
    assert not (keys / f"epoch-{epoch_of(DAY)}.key").exists()
    recomputed = {shop.key_of(name) for name in ("a1", "a2", "b1")}
    assert recomputed.isdisjoint(copy)
    assert verifier.traces(shop.home, "opt_in", copy, {"ada", "ben"}) == []


def test_a_key_serves_as_long_as_a_day_of_its_epoch_is_kept(shop, purge):
    copy = shop.rows()
    purge(after_the_epoch_of(DAY) - timedelta(days=1))
    assert {shop.key_of(name) for name in ("a1", "a2", "b1")} == copy


def test_the_control_key_stays_while_a_count_is_owed(shop, purge):
    day = after_the_epoch_of(TODAY)
    purge(day)
    purge(day)
    assert (shop.home / "keys/opt_in/control.key").exists()


def test_the_control_key_goes_with_the_last_record_that_needs_it(shop, purge):
    day = after_the_epoch_of(TODAY)
    purge(day)
    for path in (shop.home / "state/opt_in/contribution_months").iterdir():
        path.unlink()
    path = shop.home / "keys/opt_in/control.key"
    account = KeyRing(path.parent).control_key("account", "ada")
    purge(day)
    assert not path.exists()
    assert KeyRing(path.parent).control_key("account", "ada") != account


def test_a_tombstone_needs_the_control_key(shop, purge):
    day = after_the_epoch_of(TODAY)
    purge(day)
    for path in (shop.home / "state/opt_in/contribution_months").iterdir():
        path.unlink()
    Tombstones(shop.home, "opt_in").add("0" * 32, datetime(2026, 3, 31, 12, tzinfo=UTC))
    purge(day)
    assert (shop.home / "keys/opt_in/control.key").exists()


def test_purged_days_leave_the_months_count_alone(shop, purge):
    purge(DAY + timedelta(days=RETENTION_DAYS))
    assert not list((shop.home / "state/opt_in/contributions").rglob("*.parquet"))
    assert len(list((shop.home / "state/opt_in/contribution_months").iterdir())) == 1


def test_a_lost_control_key_lets_no_erased_account_pass(shop):
    shop.fresh()
    erase(Tier.OPT_IN, "ada", execute=True)
    shop.fresh()
    (shop.home / "keys/opt_in/control.key").unlink()
    for step in (shop.pull, lambda: erase(Tier.OPT_IN, "ben", execute=True)):
        with pytest.raises(WinnowError, match=r"control\.key is missing"):
            step()
        shop.fresh()
    assert not (shop.home / "keys/opt_in/control.key").exists()
