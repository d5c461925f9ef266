"""Where the pipeline's own scorecards come from: a tier's warehouse, and released exports."""

import json
from pathlib import Path

from flows.adapters.session_table import SessionTable, arrow_sessions

TABLE = "scorecard_sessions"


def warehouse_sessions(warehouse: Path) -> SessionTable | None:
    """The sessions of a warehouse's experiments; None where it has not been built with them."""
    import duckdb

    if not warehouse.is_file():
        return None
    with duckdb.connect(warehouse, read_only=True) as connection:
        known = connection.execute(
            "select count(*) from information_schema.tables where table_name = ?", [TABLE]
        ).fetchone()
        if not known or not known[0]:
            return None
        return arrow_sessions(connection.execute(f"select * from main.{TABLE}").to_arrow_table())


def released_rows(export: Path) -> list[dict]:
    """All rows of an export, of the files that its manifests name and nothing else."""
    import pyarrow.parquet as pq

    rows = []
    for manifest in sorted(export.glob("date=*/manifest.json")):
        for entry in json.loads(manifest.read_bytes())["files"]:
            path = manifest.parent / Path(entry["name"]).name
            rows += pq.ParquetFile(path).read().to_pylist()
    return rows
