"""What one release of a million sessions costs.

Usage: PYTHONPATH=. python tests/benchmarks/release_speed.py [--sessions N]

Writes a warehouse of 57,602 accounts, the largest with 10,515 sessions, then bounds, totals and
noises it in a process of its own, as the export stage does with every column of the shipped policy.
Prints CPU seconds, wall seconds and peak memory of that process, imports apart.
"""

import argparse
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

ACCOUNTS = 57_602
LARGEST = 10_515
MONDAY = date(2026, 3, 2)
TODAY = date(2026, 3, 12)

_SESSIONS = """
create table training_cohorts as
select
    md5('session' || i) as session_key,
    date '{day}' + (i % 7)::integer as session_date,
    md5('account' || case when i < {largest} then 0 else 1 + i % {accounts} end) as cluster_key,
    'agent_variant' as experiment,
    case hash(i // 7) % 2 when 0 then 'control' else 'treatment' end as variant,
    case hash(i) % 3 when 0 then 'opus' when 1 then 'sonnet' else 'haiku' end as model_family,
    i % 5 = 0 as is_interrupted, i % 7 = 0 as is_tool_rejected, i % 11 = 0 as is_plan_approved,
    i % 13 = 0 as is_plan_rejected, i % 17 = 0 as is_memory_requested, i % 19 = 0 as has_tool_error,
    i % 23 = 0 as has_api_error, i % 29 = 0 as has_repeated_prompt,
    (i % 60)::integer as turn_count, i % 90000 as output_token_count, i % 700 as lines_added_count,
    i % 300 as lines_removed_count, i % 5000 as active_seconds
from range({sessions}) as t (i)
"""


def child(home: Path) -> None:
    import resource
    import time

    import duckdb  # noqa: F401

    from expectations.allowlist import load_allowlist
    from flows.adapters import opendp_noise
    from flows.adapters.contributions import open_contributions
    from flows.adapters.keys import KeyRing
    from flows.draw_release import draw
    from flows.policy.release_windows import window_of

    export = load_allowlist("default_tier").exports["training_cohorts"]
    opendp_noise.discrete_laplace([0], 1.0, 1)
    imports, started = time.process_time(), time.perf_counter()
    with open_contributions(home, "default_tier") as contributions:
        keys = KeyRing(home / "keys")
        record = draw(export, window_of(MONDAY, 7), TODAY, contributions, keys)
    used = resource.getrusage(resource.RUSAGE_SELF)
    wall = time.perf_counter() - started
    print(
        f"{len(record['rows_drawn'])} cells · {time.process_time() - imports:.2f} CPU-s · "
        f"{wall:.2f} s · peak {used.ru_maxrss / 1024:.0f} MiB (imports: {imports:.1f} CPU-s)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--child", type=Path)
    options = parser.parse_args()
    if options.child:
        child(options.child)
        return
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), options.sessions)
        subprocess.run([sys.executable, __file__, "--child", folder], check=True)


def _write(home: Path, sessions: int) -> None:
    import duckdb

    file = home / "warehouse" / "default_tier.duckdb"
    file.parent.mkdir()
    with duckdb.connect(file) as connection:
        figures = {"day": MONDAY, "largest": LARGEST, "accounts": ACCOUNTS, "sessions": sessions}
        connection.execute(_SESSIONS.format(**figures))


if __name__ == "__main__":
    main()
