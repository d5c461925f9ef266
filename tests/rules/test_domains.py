import pytest


@pytest.mark.parametrize(
    "column, expression",
    [
        ("model", "'Opus'"),
        ("model", "'opus '"),
        ("model", "'ｏpus'"),
        ("model", "'opus' || chr(8203)"),
        ("model", "''"),
        ("model", "null::varchar"),
        ("session_key", "upper(session_key)"),
        ("session_key", "session_key || chr(10)"),
        ("session_key", "left(session_key, 31)"),
        ("turn_count", "55::integer"),
        ("turn_count", "-5::integer"),
        ("turn_count", "7::integer"),
        ("turn_count", "null::integer"),
        ("survival_ratio", "1.01::double"),
        ("survival_ratio", "-0.01::double"),
        ("survival_ratio", "-0.0::double"),
        ("survival_ratio", "'nan'::double"),
        ("survival_ratio", "'inf'::double"),
        ("survival_ratio", "0.295::double"),
        ("survival_ratio", "nextafter(0.29::double, 1::double)"),
        ("session_date", "'infinity'::date"),
    ],
)
def test_a_value_outside_its_domain_is_refused(bench, refused, column, expression):
    """One row is enough, and the refusal counts it."""
    change = f"case when session_key = md5('7') then {expression} else {column} end as {column}"
    folder = bench.sessions(f"select * replace ({change}) from sessions")
    assert refused("domains", folder) == [(column, 1)]


def test_values_inside_their_domains_and_nulls_where_listed_passes(bench, refused):
    assert refused("domains", bench.sessions(rows=500)) == []


def test_every_step_of_a_ratio_is_in_its_domain_and_passes(bench, refused):
    change = "(hash(session_key) % 101)::double / 100 as survival_ratio"
    folder = bench.sessions(f"select * replace ({change}) from sessions", rows=5000)
    assert refused("domains", folder) == []


def test_a_ratio_rounded_by_duckdb_is_a_step_and_passes(bench, refused):
    change = "round((hash(session_key) % 100003) / 100003.0, 2)::double as survival_ratio"
    folder = bench.sessions(f"select * replace ({change}) from sessions", rows=5000)
    assert refused("domains", folder) == []
