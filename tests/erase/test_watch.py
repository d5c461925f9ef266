"""Consent that is taken back erases what it covered, wherever it went, and no more than that."""

from datetime import UTC, datetime, timedelta

import pytest

from flows.adapters.keys import KeyRing
from flows.adapters.tombstones import Erasure, Erasures
from flows.policy.tiers import Tier
from flows.record_contributions import counts_of
from flows.verifier.residue import files_with_any
from flows.watch_consent import watch_consent
from tests.flows.house import DAY, TODAY

EARLIER = DAY - timedelta(days=2)
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
SOURCE = f"sources/opt_in/sessions/{DAY}"


@pytest.fixture
def watch(shop):
    def call(tier=Tier.OPT_IN):
        shop.fresh()
        try:
            return watch_consent(tier)
        finally:
            shop.fresh()

    return call


@pytest.fixture
def revoke(shop):
    def call(account="ada", at=f"{TODAY}T10:00:00Z"):
        shop.house.consent(account, "revoked", at)

    return call


def test_nothing_was_revoked_and_nothing_happens(shop, watch):
    before = shop.manifest()
    assert watch() == {"kinds": [], "accounts": 0}
    assert shop.manifest() == before


def test_a_revocation_takes_what_was_landed_built_and_released(shop, watch, revoke):
    revoke()
    shop.pull()
    assert shop.traces("ada", ["a1"]) >= {"warehouse", "exports", "candidates"}
    watch()
    assert shop.traces("ada", ["a1", "a2"]) <= {"state/contribution_months"}
    assert shop.rows() == {shop.key_of("b1")}
    assert shop.manifest()["erased_session_keys"] == sorted(map(shop.key_of, ("a1", "a2")))


def test_what_the_source_has_no_more_goes_too(shop, watch, revoke):
    for path in (shop.home / SOURCE / "ada").iterdir():
        path.unlink()
    revoke()
    shop.pull()
    assert shop.traces("ada", ["a1"]) >= {"landing/raw", "landing/events"}
    watch()
    assert shop.traces("ada", ["a1", "a2"]) <= {"state/contribution_months"}
    assert files_with_any(shop.home / "landing", ["words of ada"]) == []


def test_objects_from_before_the_revocation_leave_a_source_that_winnow_purges(shop, watch, revoke):
    revoke()
    shop.pull()
    watch()
    assert [path.name for path in (shop.home / SOURCE).iterdir() if any(path.iterdir())] == ["ben"]


def test_a_source_that_the_product_purges_is_left_to_it(shop, watch, revoke, monkeypatch):
    monkeypatch.setenv("WINNOW_OPT_IN__SOURCE_PURGE", "product")
    revoke()
    shop.pull()
    watch()
    assert len(list((shop.home / SOURCE / "ada").iterdir())) == 2
    shop.run()
    assert watch()["kinds"] == []
    assert shop.traces("ada", ["a1", "a2"]) <= {"state/contribution_months"}


def test_of_a_flip_only_what_consent_covered_later_stays(shop, watch, revoke):
    revoke(at=f"{DAY}T12:00:00Z")
    shop.house.consent("ada", at=f"{DAY}T14:00:00Z")
    shop.session("ada", "between", at=f"{DAY}T13:00:00Z")
    shop.session("ada", "later", at=f"{DAY}T15:00:00Z")
    shop.pull()
    watch()
    keys = {row["session_key"] for row in shop.house.landed("events")}
    assert keys == {shop.key_of("b1"), shop.key_of("later")}
    assert shop.rows() == {shop.key_of("b1")}
    shop.run()
    assert shop.rows() == {shop.key_of("b1"), shop.key_of("later")}
    assert shop.traces("ada", ["a1", "a2"]) == shop.traces("ada")


def test_a_flip_leaves_the_objects_that_consent_covers_in_the_source(shop, watch, revoke):
    revoke(at=f"{DAY}T12:00:00Z")
    shop.house.consent("ada", at=f"{DAY}T14:00:00Z")
    shop.session("ada", "later", at=f"{DAY}T15:00:00Z")
    shop.pull()
    watch()
    assert [path.name for path in (shop.home / SOURCE / "ada").iterdir()] == ["later.jsonl"]


def test_a_revocation_that_comes_late_holds_from_when_it_takes_effect(shop, watch, revoke):
    revoke(at=f"{EARLIER}T00:00:00Z")
    shop.pull()
    watch()
    assert shop.traces("ada", ["a1", "a2"]) <= {"state/contribution_months"}


def test_a_revocation_to_come_takes_nothing_yet(shop, watch, revoke):
    revoke(at=f"{TODAY + timedelta(days=3)}T00:00:00Z")
    shop.pull()
    watch()
    assert shop.rows() >= {shop.key_of("a1"), shop.key_of("a2")}


def test_the_count_of_the_month_stays_and_its_sessions_go(shop, watch, revoke):
    revoke()
    shop.pull()
    watch()
    assert counts_of("ada") == {"2026-03": {"training_sessions": 2}}
    assert counts_of("ben") == {"2026-03": {"training_sessions": 1}}
    assert "state/contributions" not in shop.traces("ada", ["a1", "a2"])


def test_an_erasure_that_was_killed_is_finished(shop, watch):
    """All that is left of it is its note; by then landing may know nothing of the sessions."""
    account = KeyRing(shop.home / "keys/opt_in").control_key("account", "ada")
    sessions = {shop.key_of(name): DAY for name in ("a1", "a2")}
    shop.house.consent("ada", "revoked")
    shop.pull()
    Erasures(shop.home, "opt_in").begin(account, Erasure("ada", NOON, sessions))
    watch()
    assert shop.traces("ada", ["a1", "a2"]) == set()
    assert Erasures(shop.home, "opt_in").load() == {}
