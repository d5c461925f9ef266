"""What purging one day costs when 1, 10 and 30 days are kept: CPU milliseconds and ratios.

    python tests/benchmarks/purge_cost.py [SESSIONS_PER_DAY]

Every day holds the same: sessions of 40 events with 2 kB of text each, one in ten of which goes on
the next day, in source objects, landing, an export and the warehouse. One more day than is kept is
there, and purged. The purge is timed in parts: the plan, the deletion without the warehouse, the
warehouse (rebuilt, so it grows with what is kept), and the verifier, which looks before and after.
The verifier lists every place that is kept, which is its meaning, and decodes what came since it
last looked; once a week it decodes everything. The best of some runs counts.
"""

import random
import string
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as midday
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from flows.adapters import purge_scope
from flows.adapters.purge_folder import FolderPurge
from flows.adapters.purge_scope import TierScope
from flows.policy.retention import make_plan
from flows.policy.tiers import Tier
from flows.settings import Settings, TierSettings
from flows.verify_ages import verify_tier

TODAY = date(2026, 3, 31)
EXPIRED = date(2026, 3, 1)
KEPT = (1, 10, 30)
EVENTS, TEXT_BYTES = 40, 2000
REPEATS = 5
PARTS = (
    "plan", "delete", "plan and delete", "rebuild the warehouse", "verify before", "verify after",
    "verify, once a week",
)  # fmt: skip


def main() -> None:
    sessions = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    measure(5, 1)  # Imports and first calls are not what is asked for.
    costs = {kept: best_of(sessions, kept) for kept in KEPT}
    print(f"{sessions} sessions a day; CPU ms to purge one day (ratio to 1 day kept)")
    places = (f"{costs[kept]['places']:,}" for kept in KEPT)
    print(f"{'places looked at':<24}" + "".join(f"{each:>16}" for each in places))
    print(f"{'part':<24}" + "".join(f"{f'{kept} kept':>16}" for kept in KEPT))
    for part in PARTS:
        values = [costs[kept][part] for kept in KEPT]
        cells = (f"{value * 1000:.0f} ({value / values[0]:.2f})" for value in values)
        print(f"{part:<24}" + "".join(f"{cell:>16}" for cell in cells))


def best_of(sessions: int, kept: int) -> dict[str, float]:
    runs = [measure(sessions, kept) for _ in range(REPEATS)]
    return {part: min(run[part] for run in runs) for part in runs[0]}


def measure(sessions: int, kept: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        source = home / "sources" / "opt_in"
        own = TierSettings(source=str(source), control=str(home / "sources" / "control"))
        settings = Settings(home=home, today=TODAY)

        def verify(**options):
            return verify_tier(settings, Tier.OPT_IN, own, **options)

        *earlier, last = [EXPIRED + timedelta(days=offset) for offset in range(kept + 1)]
        fill(home, sessions, earlier)
        verify()
        fill(home, sessions, [last])
        scope = TierScope(home, "opt_in", TODAY, FolderPurge(source)).scope()
        report, before = timed(verify)
        plan, planning = timed(lambda: make_plan(scope.places(), TODAY, "opt_in"))
        warehouse = plan.of_kind("warehouse")
        files = make_plan(set(plan.places) - set(warehouse), TODAY, "opt_in")
        _, deleting = timed(lambda: purge_scope.execute(files, scope))
        _, rebuilding = timed(lambda: scope.deleters["warehouse"](warehouse))
        _, after = timed(verify)
        _, weekly = timed(lambda: verify(anew=True))
    return {
        "plan": planning,
        "delete": deleting,
        "plan and delete": planning + deleting,
        "rebuild the warehouse": rebuilding,
        "verify before": before,
        "verify after": after,
        "verify, once a week": weekly,
        "places": len(report.data),
    }


def timed(work: Callable[[], object]) -> tuple:
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def fill(home: Path, sessions: int, days: list[date]) -> None:
    text = "".join(random.Random(1).choices(string.ascii_letters + " ", k=TEXT_BYTES * EVENTS))
    for day in days:
        rows = [row for number in range(sessions) for row in events_of(day, number, text)]
        for event_day in {row["event_date"] for row in rows}:
            write_landing(home, day, event_day, [r for r in rows if r["event_date"] == event_day])
        write_source(home / "sources" / "opt_in" / "sessions" / str(day), rows)
        export = home / "exports" / "opt_in" / "training_sessions" / f"date={day}"
        export.mkdir(parents=True)
        (export / "part-0.parquet").write_bytes(b"")
        (export / "manifest.json").write_text("{}")
    fill_warehouse(home / "warehouse" / "opt_in.duckdb", days, sessions)


def events_of(day: date, number: int, text: str) -> list[dict]:
    """One session's events; the last five of every tenth session are of the next day."""
    next_day = day + timedelta(days=1) if number % 10 == 0 else day
    return [
        {
            "event_key": f"{day}-{number}-{ordinal}",
            "session_key": f"{day}-{number}",
            "session_date": day,
            "event_date": next_day if ordinal >= EVENTS - 5 else day,
            "raw__text": text[ordinal * TEXT_BYTES : (ordinal + 1) * TEXT_BYTES],
        }
        for ordinal in range(EVENTS)
    ]


def write_landing(home: Path, shard: date, event_day: date, rows: list[dict]) -> None:
    table = pa.Table.from_pylist(rows)
    keys = ["event_key", "session_key", "event_date"]
    columns = {"events": [*keys, "session_date"], "raw": [*keys, "raw__text"],
               "bits": ["event_key", "session_key", "session_date"]}  # fmt: skip
    for dataset, names in columns.items():
        path = home / "landing" / "opt_in" / dataset / f"date={event_day}" / f"{shard}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table.select(names), path, write_statistics=dataset != "raw")


def write_source(folder: Path, rows: list[dict]) -> None:
    for row in rows:
        path = folder / "account" / f"{row['session_key']}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        moment = datetime.combine(row["event_date"], midday(12)).isoformat()
        with path.open("a") as file:
            file.write(f'{{"timestamp": "{moment}Z", "text": "{row["raw__text"]}"}}\n')


def fill_warehouse(path: Path, days: list[date], sessions: int) -> None:
    path.parent.mkdir(exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS sessions (session_key VARCHAR, session_date DATE)"
        )
        for day in days:
            connection.execute(
                "INSERT INTO sessions SELECT md5(? || i), ? FROM range(?) AS t (i)",
                [str(day), day, sessions],
            )


if __name__ == "__main__":
    main()
