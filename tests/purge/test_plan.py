from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.policy.errors import WinnowError
from flows.policy.retention import (
    KINDS,
    Place,
    PurgePlan,
    check_plan,
    check_purge_date_allowed,
    check_same_plan,
    checkpoint_age,
    key_day,
    make_plan,
)
from flows.policy.vocabulary import CHECKPOINTS

TODAY = date(2026, 3, 31)
CUTOFF = date(2026, 3, 2)


def place(day: date, reference: str = "a", kind: str = "landing/raw", size: int = 5) -> Place:
    return Place(kind, reference, day, size)


def test_a_day_on_the_cutoff_is_kept():
    assert make_plan([place(CUTOFF)], TODAY, "opt_in").places == ()


def test_the_day_before_the_cutoff_is_expired():
    assert make_plan([place(CUTOFF - timedelta(days=1))], TODAY, "opt_in").places


def test_missed_days_are_included():
    days = [CUTOFF - timedelta(days=back) for back in (1, 2, 40)]
    plan = make_plan([place(day) for day in days], TODAY, "opt_in")
    assert {item.day for item in plan.places} == set(days)


@given(st.lists(st.dates(date(2025, 1, 1), date(2026, 12, 31))))
def test_a_plan_names_every_expired_place_and_no_other(days):
    inventory = [place(day, str(number)) for number, day in enumerate(days)]
    plan = make_plan(inventory, TODAY, "opt_in")
    assert {p.reference for p in plan.places} == {p.reference for p in inventory if p.day < CUTOFF}
    check_plan(plan)


@given(st.permutations([place(CUTOFF - timedelta(days=n), str(n)) for n in range(1, 6)]))
def test_the_checksum_does_not_depend_on_the_order_of_the_inventory(inventory):
    first = make_plan(sorted(inventory), TODAY, "opt_in")
    assert make_plan(inventory, TODAY, "opt_in").checksum == first.checksum


@pytest.mark.parametrize(
    "change",
    [
        {"reference": "b"},
        {"size_bytes": 6},
        {"version": "2"},
        {"day": date(2026, 2, 1)},
        {"kind": "exports"},
    ],
)
def test_the_checksum_changes_with_anything_that_a_plan_names(change):
    one = place(CUTOFF - timedelta(days=1))
    other = one._replace(**change)
    first, second = (make_plan([item], TODAY, "opt_in").checksum for item in (one, other))
    assert first != second


def test_the_checksum_changes_when_something_expired_arrives():
    old = [place(CUTOFF - timedelta(days=1))]
    more = [*old, place(CUTOFF - timedelta(days=1), "late")]
    first, second = (make_plan(items, TODAY, "opt_in") for items in (old, more))
    with pytest.raises(WinnowError, match="another checksum"):
        check_same_plan(second, first.checksum)


def test_a_plan_that_names_something_not_yet_expired_is_refused():
    plan = PurgePlan(TODAY, "opt_in", (place(CUTOFF),))
    with pytest.raises(WinnowError, match="not yet expired"):
        check_plan(plan)


def test_a_refusal_names_no_reference():
    plan = PurgePlan(TODAY, "opt_in", (place(CUTOFF, "account-of-somebody"),))
    with pytest.raises(WinnowError) as caught:
        check_plan(plan)
    assert "somebody" not in str(caught.value)


def test_this_evening_may_purge_for_tomorrow_and_for_no_later_day():
    check_purge_date_allowed(TODAY + timedelta(days=1), TODAY)
    with pytest.raises(WinnowError) as caught:
        check_purge_date_allowed(TODAY + timedelta(days=2), TODAY)
    assert caught.value.exit_code == 2


def test_rows_of_sessions_go_before_the_events_by_which_they_are_found():
    order = [KINDS.index(kind) for kind in ("landing/survival", "landing/session rows")]
    assert max(order) < KINDS.index("landing/events")


def test_sources_go_before_what_landed_from_them_and_keys_go_last_of_a_tier():
    assert KINDS.index("source/sessions") < KINDS.index("landing/raw")
    assert KINDS.index("keys") > KINDS.index("landing/consent")


def test_the_day_of_an_epoch_key_is_the_last_one_it_serves():
    assert key_day("epoch-0.key") == date(1970, 1, 30)
    assert key_day("control.key") is None


def test_a_checkpoint_says_how_many_days_after_its_session_it_was():
    ages = [checkpoint_age(checkpoint).days for checkpoint in CHECKPOINTS]
    assert ages == [0, 1, 7, 14, 28]


def test_a_summary_counts_by_kind_and_names_nothing():
    plan = make_plan([place(date(2026, 1, 1), "x"), place(date(2026, 1, 2), "y")], TODAY, "opt_in")
    assert [tuple(kind) for kind in plan.summary()] == [("landing/raw", 2, 10, date(2026, 1, 1))]
