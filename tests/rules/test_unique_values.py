import math

from expectations.rules.unique_values import least_rows


def test_a_column_that_differs_in_every_row_is_refused(bench, refused, wide_turns):
    change = "(row_number() over (order by session_key))::integer as turn_count"
    folder = bench.sessions(f"select * replace ({change}) from sessions", rows=300)
    assert refused("unique_values", folder) == [("turn_count", 300)]


def test_a_few_repeats_do_not_hide_it_and_it_is_refused(bench, refused, wide_turns):
    change = "greatest(3, row_number() over (order by session_key))::integer as turn_count"
    folder = bench.sessions(f"select * replace ({change}) from sessions", rows=300)
    assert refused("unique_values", folder) == [("turn_count", 300)]


def test_a_handful_of_rows_that_happen_to_differ_passes(bench, refused, wide_turns):
    change = "(row_number() over (order by session_key))::integer as turn_count"
    folder = bench.sessions(f"select * replace ({change}) from sessions", rows=30)
    assert refused("unique_values", folder) == []


def test_values_drawn_evenly_from_a_wide_domain_passes(bench, refused, wide_turns):
    change = "(hash(session_key) % 1000)::integer as turn_count"
    folder = bench.sessions(f"select * replace ({change}) from sessions", rows=300)
    assert refused("unique_values", folder) == []


def test_the_key_itself_passes(bench, refused):
    assert refused("unique_values", bench.sessions(rows=1000)) == []


def test_twenty_repeats_are_expected_where_judging_starts():
    for values in (101, 1001, 10**6):
        assert math.isclose(least_rows(values) ** 2 / (2 * values), 20, rel_tol=0.05)
    assert least_rows(2) == 20
