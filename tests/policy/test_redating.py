from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from flows.policy.redating import SPREAD_DAYS, dates_of, shift_for, shifted

TODAY = date(2026, 3, 31)
OLD = st.dates(date(2024, 1, 1), TODAY)


def test_only_the_records_own_timestamps_move_and_words_stay():
    line = rb'{"timestamp":"2025-07-01T23:00:00Z","text":"say \"timestamp\":\"2025-07-01T\" aloud"}'
    moved = shifted(line, timedelta(days=2))
    assert moved == line.replace(b"2025-07-01T23", b"2025-07-03T23")


def test_a_day_that_no_calendar_has_is_left_alone():
    line = b'{"timestamp":"2025-02-31T00:00:00Z"}'
    assert dates_of(line) == []
    assert shifted(line, timedelta(days=3)) == line


def test_a_session_of_the_last_days_does_not_move():
    assert shift_for(TODAY, TODAY, TODAY) == timedelta(0)


@given(first=OLD, length=st.integers(0, 29))
def test_a_session_moves_whole_into_the_last_days_and_never_past_today(first, length):
    last = first + timedelta(days=length)
    shift = shift_for(first, last, TODAY)
    assert last + shift <= TODAY or last > TODAY
    assert (TODAY - (first + shift)).days < max(SPREAD_DAYS, length + 1)


@given(days=st.lists(OLD, min_size=1, max_size=3), shift=st.integers(-400, 400))
def test_shifting_there_and_back_gives_the_same_bytes(days, shift):
    line = b",".join(b'"timestamp": "%sT00:00:00Z"' % day.isoformat().encode() for day in days)
    there = timedelta(days=shift)
    assert shifted(shifted(line, there), -there) == line
