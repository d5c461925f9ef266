"""The operator's record of a run: exact counts by stage, under state/, never released."""

import json
from datetime import date
from pathlib import Path

from flows.adapters.files import write_whole


def write_run_record(home: Path, tier: str, day: date, finished_at: str, counts: dict) -> None:
    record = {"day": str(day), "finished_at": finished_at, "counts": counts}
    path = home / "state" / tier / "runs" / f"{day}.json"
    write_whole(path, json.dumps(record, indent=1, sort_keys=True).encode())
