"""The sessions of which something landed."""

from pathlib import Path

import pyarrow.parquet as pq


def session_keys(landing: Path) -> set[str]:
    """Every `session_key` of a tier's `events/`."""
    found: set[str] = set()
    for path in sorted((landing / "events").glob("date=*/*.parquet")):
        if not path.name.startswith("."):
            keys = pq.read_table(path, columns=["session_key"], read_dictionary=["session_key"])
            found.update(keys["session_key"].unique().to_pylist())
    return found
