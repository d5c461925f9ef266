from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.policy.errors import WinnowError
from flows.policy.windows import (
    check_window_allowed,
    clip_to_window,
    dates_between,
    is_date_in_window,
    oldest_kept_date,
    window_dates,
)

TODAY = date(2026, 3, 31)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


def test_a_day_on_the_cutoff_is_kept_and_the_day_before_is_not():
    assert is_date_in_window(TODAY - timedelta(days=29), TODAY)
    assert not is_date_in_window(TODAY - timedelta(days=30), TODAY)


def test_tomorrow_does_not_exist_yet():
    assert not is_date_in_window(TODAY + timedelta(days=1), TODAY)


def test_a_day_outside_the_window_is_wrong_use_and_the_window_is_named():
    with pytest.raises(WinnowError, match="2026-03-02 … 2026-03-31") as refusal:
        check_window_allowed(date(2026, 3, 1), TODAY)
    assert refusal.value.exit_code == 2


@given(today=DAYS)
def test_the_window_has_thirty_days_of_which_every_instant_is_at_most_thirty_days_old(today):
    days = window_dates(today)
    assert len(days) == 30
    assert (today + timedelta(days=1)) - days[0] <= timedelta(days=30)


@given(first=DAYS, last=DAYS, today=DAYS)
def test_a_clipped_span_holds_just_the_kept_days_of_the_span(first, last, today):
    span = clip_to_window(first, last, today)
    kept = {day for day in window_dates(today) if first <= day <= last}
    assert set(dates_between(*span) if span else ()) == kept


def test_a_span_the_wrong_way_round_has_no_days():
    assert list(dates_between(TODAY, oldest_kept_date(TODAY))) == []
