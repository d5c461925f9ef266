"""A tier's landing once more: the same typed files, and other text in place of raw/.

It lies inside the raw zone, is emptied at start and end, and a purge removes what a killed run
left. The text itself is not opened: of raw/ the key columns alone are read.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.adapters.landing import RAW_SCHEMA
from flows.adapters.landing_views import TYPED_DATASETS
from flows.adapters.spill import spill_folder
from flows.adapters.twin_texts import Values, twin_values
from flows.policy.schemas import RAW

_KEYS = [name for name in RAW if not name.startswith("raw__")]


class TwinLanding:
    """`home` is a WINNOW_HOME of one tier whose landing has the typed files of `original`."""

    def __init__(self, home: Path, original: Path) -> None:
        self.home, self.original = home, original
        self.landing = home / "landing" / original.name

    def put_original_text(self) -> None:
        """Links raw/ as it is."""
        for path in self._raw_files():
            _link(path, self.landing / "raw" / path.parent.name / path.name)

    def put_text(self, twin: str) -> int:
        """Replaces raw/ by the twin's, with the same rows. Returns how many."""
        shutil.rmtree(self.landing / "raw", ignore_errors=True)
        values = twin_values(twin)
        return sum(
            _write_twin(path, self.landing / "raw" / path.parent.name / path.name, values)
            for path in self._raw_files()
        )

    def _raw_files(self) -> list[Path]:
        found = sorted((self.original / "raw").glob("date=*/*.parquet"))
        return [path for path in found if not path.name.startswith(".")]

    def _link_typed(self) -> None:
        for dataset in TYPED_DATASETS:
            for path in (self.original / dataset).rglob("*.parquet"):
                if not path.name.startswith(".") and not path.is_symlink():
                    _link(path, self.landing / path.relative_to(self.original))


@contextmanager
def twin_landing(home: Path, tier: str) -> Iterator[TwinLanding]:
    """The twin of a tier's landing below `home`. Call it under the tier's lock."""
    original = home / "landing" / tier
    with spill_folder(original / "raw" / ".twins") as folder:
        twin = TwinLanding(folder, original)
        twin._link_typed()
        yield twin


def _link(path: Path, target: Path) -> None:
    """A second name of the same file, or a copy where the file system has none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)


def _write_twin(path: Path, target: Path, values: Values) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with (
        pq.ParquetFile(path) as file,
        pq.ParquetWriter(target, RAW_SCHEMA, compression="zstd", write_statistics=False) as writer,
    ):
        for batch in file.iter_batches(columns=_KEYS):
            writer.write_batch(_twin_batch(batch, values))
            count += batch.num_rows
    return count


def _twin_batch(batch: pa.RecordBatch, values: Values) -> pa.RecordBatch:
    arrays = [
        batch[field.name] if field.name in _KEYS else pa.array(values(batch.num_rows), field.type)
        for field in RAW_SCHEMA
    ]
    return pa.record_batch(arrays, schema=RAW_SCHEMA)
