from datetime import date, timedelta

import pytest

TODAY = date(2026, 3, 31)


@pytest.mark.parametrize("age", [-1, 30, 365])
def test_a_day_outside_the_window_is_refused(bench, refused, age):
    folder = bench.sessions(day=TODAY - timedelta(days=age))
    assert refused("window", folder) == [("session_date", None)]


@pytest.mark.parametrize("age", [0, 29])
def test_a_day_on_either_end_of_the_window_passes(bench, refused, age):
    assert refused("window", bench.sessions(day=TODAY - timedelta(days=age))) == []


def test_a_row_of_another_day_than_its_folder_is_refused(bench, refused):
    change = "session_date - (turn_count = 5)::integer as session_date"
    folder = bench.sessions(f"select * replace ({change}) from sessions", rows=22)
    assert refused("window", folder) == [("session_date", 2)]


def test_a_folder_that_names_no_day_is_refused(bench, refused):
    folder = bench.sessions()
    renamed = folder.rename(folder.with_name("date=2026-02-30"))
    assert refused("window", renamed) == [("session_date", None)]
