"""How long the static gate takes a model, and 200 models in one project.

    python tests/benchmarks/lineage_speed.py

Prints CPU milliseconds a model (median, 95th percentile, worst) over the benign models and the
attacks, and CPU seconds for 200 models in a chain of contracts. Limits: 10 ms, 30 s.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(_ROOT), str(_ROOT / "tests" / "expectations" / "lineage")]

import duckdb  # noqa: E402
import lineage_fixture  # noqa: E402

from expectations.lineage import CompiledModel, check_project, check_query  # noqa: E402

_ROUNDS = 3


def milliseconds_a_model() -> list[float]:
    """CPU milliseconds of each query, the least of three rounds, with labels for all columns."""
    connection = lineage_fixture.connect()
    rows = connection.execute("select table_name, column_name from duckdb_columns()").fetchall()
    queries = list(lineage_fixture.benign().values())
    queries += [a.sql for a in lineage_fixture.attacks() if not a.setup]
    return [min(_timed(connection, sql, rows) for _ in range(_ROUNDS)) for sql in queries]


def _timed(connection, sql: str, public) -> float:
    start = time.process_time()
    check_query(connection, sql, raw_columns=lineage_fixture.RAW_COLUMNS, public_columns=public)
    return (time.process_time() - start) * 1000


def seconds_of_a_project(count: int = 200) -> float:
    """CPU seconds of a project of `count` models, each of which reads the one before it."""
    columns = {"session_key": "varchar", "n": "bigint", "rank": "bigint"}
    models, source = [], "landing.events"
    for i in range(count):
        models.append(CompiledModel(f"sig_session__m{i}", "signals", _model(source), columns))
        source = f"main.sig_session__m{i}"
    start = time.process_time()
    verdict = check_project(
        duckdb.connect(),
        models,
        sources={("landing", "events"): columns},
        doors={},
        source_text="'high' 'low'",
    )
    assert verdict.is_clean
    return time.process_time() - start


def _model(source: str) -> str:
    return f"""
        with events as (select * from {source}),
        counts as (select session_key, count(*) as n, max(rank) as best from events group by 1),
        ranked as (select *, row_number() over (order by n desc, session_key) as rank from counts),
        labelled as (select *, case when rank > 3 then 'high' else 'low' end as band from ranked)
        select l.session_key, sum(l.n)::bigint as n, min(l.rank) as rank
        from labelled l left join events e on l.session_key = e.session_key
        where l.band = 'high' or e.n is not null group by l.session_key
    """


def main() -> int:
    """Run from the command line; exit code 1 above the limits."""
    times = sorted(milliseconds_a_model())
    p95 = times[int(len(times) * 0.95)]
    print(f"{len(times)} queries: median {statistics.median(times):.1f} ms, 95th percentile "
          f"{p95:.1f} ms, worst {times[-1]:.1f} ms")  # fmt: skip
    seconds = seconds_of_a_project()
    print(f"200 models in one project: {seconds:.1f} s, {seconds * 5:.1f} ms a model")
    return 0 if p95 <= 10 and seconds <= 30 else 1


if __name__ == "__main__":
    sys.exit(main())
