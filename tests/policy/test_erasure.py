from datetime import UTC, date, datetime, timedelta

import pytest

from flows.policy.consent import NO_CONSENT, ConsentEvent, resolve
from flows.policy.erasure import (
    KINDS,
    Fate,
    Session,
    check_same_erasure,
    fate_of,
    is_tombstone_needed,
    is_withdrawn_draw,
    kept_sessions,
    make_erasure_plan,
)
from flows.policy.errors import WinnowError
from flows.policy.retention import Place

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = NOON.date()


def consent(*events: tuple[str, datetime]):
    return resolve(ConsentEvent("ada", state, at, at) for state, at in events)["ada"]


def place(kind: str, version: str = "1") -> Place:
    return Place(kind, f"{kind}/x", DAY, 10, version)


def test_text_goes_first_and_the_way_to_the_rest_last():
    plan = make_erasure_plan("opt_in", [place(kind) for kind in reversed(KINDS)])
    assert [each.kind for each in plan.places] == list(KINDS)


def test_a_plan_says_counts_and_bytes_by_kind():
    plan = make_erasure_plan("opt_in", [place("exports"), place("exports", "2")])
    assert plan.summary() == [("exports", 2, 20)]


def test_another_version_of_a_place_is_another_plan():
    plan, other = (make_erasure_plan("opt_in", [place("exports", v)]) for v in ("1", "2"))
    check_same_erasure(plan, plan.checksum)
    with pytest.raises(WinnowError, match="another checksum"):
        check_same_erasure(plan, other.checksum)


def test_only_sessions_that_consent_still_covers_are_kept():
    flips = consent(("granted", NOON - 9 * HOUR), ("revoked", NOON), ("granted", NOON + 2 * HOUR))
    starts = {"before": NOON - HOUR, "between": NOON + HOUR, "after": NOON + 3 * HOUR}
    sessions = [Session(key, DAY, at) for key, at in starts.items()]
    assert kept_sessions(sessions, flips, NOON + 4 * HOUR) == {"after"}


def test_a_session_whose_start_is_not_known_is_not_kept():
    assert kept_sessions([Session("s", DAY, None)], consent(("granted", NOON)), NOON) == set()


@pytest.mark.parametrize(("age", "is_needed"), [(0, True), (29, True), (30, False)])
def test_a_tombstone_serves_while_an_erased_session_could_still_land(age, is_needed):
    assert is_tombstone_needed(NOON, DAY + timedelta(days=age), None) is is_needed


def test_a_tombstone_stands_for_the_revocation_that_the_registry_lacks():
    later = DAY + timedelta(days=400)
    granted = ("granted", NOON - HOUR)
    assert is_tombstone_needed(NOON, later, consent(granted))
    assert not is_tombstone_needed(NOON, later, consent(granted, ("revoked", NOON + HOUR)))
    assert not is_tombstone_needed(NOON, later, consent(granted, ("granted", NOON + HOUR)))
    assert not is_tombstone_needed(NOON, later, consent(("revoked", NOON - HOUR)))
    assert not is_tombstone_needed(NOON, later, NO_CONSENT)


@pytest.mark.parametrize(("age", "is_needed"), [(35, True), (39, True), (40, False)])
def test_a_later_word_does_not_cover_the_days_between_the_erasure_and_itself(age, is_needed):
    again = NOON + timedelta(days=10)
    registry = consent(("granted", NOON - HOUR), ("granted", again))
    assert is_tombstone_needed(NOON, DAY + timedelta(days=age), registry) is is_needed


def test_what_left_through_noise_is_not_recomputed():
    assert fate_of("none") is Fate.REWRITTEN
    assert fate_of("aggregate_dp") is Fate.EXPIRES
    assert fate_of("randomized_response") is Fate.WITHDRAWN
    assert fate_of("something new") is Fate.WITHDRAWN


@pytest.mark.parametrize(
    ("mechanism", "is_charged", "is_withdrawn"),
    [
        ("aggregate_dp", True, False),
        ("aggregate_dp", False, True),
        ("randomized_response", True, True),
    ],
)
def test_a_draw_is_taken_back_unless_it_was_released_as_an_aggregate(
    mechanism, is_charged, is_withdrawn
):
    window = {"first": str(DAY), "last": str(DAY + timedelta(days=6))}
    record = {"mechanism": mechanism, "window": window}
    assert is_withdrawn_draw(record, is_charged, {date(2026, 3, 12)}) is is_withdrawn
    assert not is_withdrawn_draw(record, is_charged, {date(2026, 3, 20)})
