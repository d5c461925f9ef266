import pytest


@pytest.mark.parametrize(
    "column, expression",
    [
        ("turn_count", "turn_count::bigint"),
        ("turn_count", "turn_count::varchar"),
        ("turn_count", "turn_count::uinteger"),
        ("turn_count", "turn_count::decimal(9, 0)"),
        ("is_interrupted", "is_interrupted::integer"),
        ("survival_ratio", "survival_ratio::float"),
        ("model", "model::blob"),
        ("model", "[model]"),
        ("model", "{'a': model}"),
        ("session_key", "md5(session_key)::uuid"),
        ("session_date", "session_date::timestamp"),
    ],
)
def test_a_wider_type_is_refused(bench, refused, column, expression):
    folder = bench.sessions(f"select * replace ({expression} as {column}) from sessions")
    assert refused("types", folder) == [(column, 1)]


def test_the_listed_types_passes(bench, refused):
    assert refused("types", bench.sessions()) == []
