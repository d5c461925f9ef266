from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from flows.policy.release_windows import (
    Window,
    closed_windows,
    is_new,
    next_window,
    released_from,
    window_of,
)

DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))
LENGTHS = st.integers(1, 28)


@given(DAYS, LENGTHS)
def test_windows_follow_one_another_without_gap_or_overlap(day, days):
    window = window_of(day, days)
    after = window_of(window.last + timedelta(days=1), days)
    assert window.first <= day <= window.last
    assert after.first == window.last + timedelta(days=1)
    assert not window.overlaps(after)


def test_windows_of_seven_days_begin_on_a_monday():
    assert window_of(date(2026, 3, 8), 7) == Window(date(2026, 3, 2), date(2026, 3, 8))


@given(DAYS, LENGTHS, st.integers(0, 20))
def test_a_window_is_released_when_it_is_over_and_settled_and_all_its_days_are_kept(
    today, days, settle
):
    for window in closed_windows(today, days, settle):
        assert window.last + timedelta(days=settle) < today
        assert window.first >= today - timedelta(days=29)


@given(DAYS, st.integers(1, 20), st.integers(0, 9))
def test_every_window_can_be_released_on_some_day(today, days, settle):
    window = window_of(today, days)
    assert window in closed_windows(released_from(window, settle), days, settle)


@given(DAYS, LENGTHS, st.integers(0, 20))
def test_the_next_window_is_the_first_that_is_not_yet_released(today, days, settle):
    window = next_window(today, days, settle)
    before = window_of(window.first - timedelta(days=1), days)
    assert released_from(before, settle) <= today < released_from(window, settle)


def test_a_window_of_which_a_day_was_released_before_is_not_new():
    week = window_of(date(2026, 3, 3), 7)
    assert is_new(week, [window_of(date(2026, 3, 9), 7)])
    assert not is_new(week, [window_of(date(2026, 3, 3), 10)])
