"""Plan-clean implies twin-equal, on random queries. 10,000: tests/benchmarks/lineage_fuzz.py."""

from collections import Counter

from lineage_generator import PUBLIC_COLUMNS, RAW_COLUMNS, Generator, judge, twins

from expectations.flow import operators
from expectations.lineage import check_query

QUERIES = 500


def test_random_queries_that_are_called_clean_give_the_same_on_twins():
    databases, tally, unsound = twins(), Counter(), []
    for seed in range(QUERIES):
        sql = Generator(seed).query()
        verdict = judge(databases, sql)
        tally[verdict] += 1
        if verdict == "unsound":
            unsound.append(sql)
    assert not unsound
    # A generator of nothing but clean, or nothing but broken queries would prove nothing.
    assert tally["clean"] > QUERIES * 0.3
    assert tally["dirty"] > QUERIES * 0.05
    assert tally["broken"] + tally["unknown"] < QUERIES * 0.1


def test_near_misses_are_among_the_clean_ones():
    connection = twins()[0]
    clean = [
        sql
        for sql in (Generator(seed).query() for seed in range(QUERIES))
        if "z from s)" in sql
        and check_query(
            connection, sql, raw_columns=RAW_COLUMNS, public_columns=PUBLIC_COLUMNS
        ).is_clean
    ]
    assert len(clean) >= 10


def test_an_analysis_that_forgot_a_channel_would_be_found_out(monkeypatch):
    monkeypatch.setattr(operators, "_decided", lambda relation, by: relation)
    databases = twins()
    verdicts = (judge(databases, Generator(seed).query()) for seed in range(QUERIES))
    assert "unsound" in verdicts
