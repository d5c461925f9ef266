"""landing/<tier>/bits/: a file a day, and what it was computed from.

The signature stands in the file itself, as metadata of its schema: it goes when the file goes.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.adapters.files import remove_drafts, whole
from flows.adapters.landing import arrow_schema, day_folder
from flows.policy.schemas import BITS

_FILE = "part-0.parquet"
_SIGNATURE = b"winnow_signature"


class LandedBits:
    def __init__(self, landing: Path) -> None:
        self.landing = landing

    def signature(self, day: date) -> str:
        """What the day's file was computed from; empty where there is none."""
        path = self._path(day)
        if not path.exists():
            return ""
        try:
            metadata = pq.read_schema(path).metadata or {}
        except pa.ArrowInvalid:
            return ""
        return metadata.get(_SIGNATURE, b"").decode("ascii", "replace")

    def write(self, day: date, rows: Iterable[tuple], signature: str) -> int:
        """Replaces the day's file by `rows` (columns as in schemas.BITS, in any order: they are
        sorted). Returns their number."""
        ordered = sorted(rows, key=lambda row: (row[1], row[0], row[3]))
        schema = arrow_schema(BITS).with_metadata({_SIGNATURE: signature})
        values = zip(*ordered, strict=True) if ordered else [[]] * len(BITS)
        arrays = [
            pa.array(list(column), field.type) for column, field in zip(values, schema, strict=True)
        ]
        with whole(self._path(day)) as draft:
            pq.write_table(pa.table(arrays, schema=schema), draft, compression="zstd")
        return len(ordered)

    def keep_only(self, days: Iterable[date]) -> None:
        """Removes the files of days whose text is gone."""
        kept = {f"date={day}" for day in days}
        remove_drafts(self.landing / "bits")
        for path in (self.landing / "bits").glob("date=*/*.parquet"):
            if path.parent.name not in kept:
                path.unlink()

    def _path(self, day: date) -> Path:
        return day_folder(self.landing, "bits", day) / _FILE
