"""Tables of sessions for the scorecard: one Parquet file, or rows that a query answered.

Columns are read one at a time and turned into NumPy, so that memory follows the number of rows,
not of metrics.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.policy.errors import WinnowError

_ACCOUNT = "account_key"
_KEYS = (_ACCOUNT, "variant", "experiment")


class SessionTable:
    """What `flows.scorecard.table.Sessions` asks for, over `read`, which answers one column."""

    def __init__(self, schema: pa.Schema, rows: int, read: Callable[[str], pa.ChunkedArray]):
        self.kinds = {field.name: _kind(field.type) for field in schema}
        self.rows = rows
        self._read = read
        self._codes: dict[str, tuple[np.ndarray, list[str]]] = {}

    def codes(self, column: str) -> tuple[np.ndarray, list[str]]:
        """Names are kept for variants and experiments; of accounts nobody needs one."""
        if column not in self._codes:
            self._codes[column] = self._encode(column)
        return self._codes[column]

    def numbers(self, column: str) -> np.ndarray:
        values = pc.cast(self._read(column), pa.float64(), safe=False)
        numbers = np.empty(self.rows)
        start = 0
        for chunk in values.chunks:
            end = start + len(chunk)
            numbers[start:end] = chunk.to_numpy(zero_copy_only=False)
            start = end
        numbers[~np.isfinite(numbers)] = np.nan
        return numbers

    def days(self, column: str) -> np.ndarray:
        values = self._read(column)
        if pa.types.is_timestamp(values.type) and values.type.tz not in (None, "UTC"):
            values = pc.cast(values, pa.timestamp(values.type.unit, "UTC"))
        days = pc.cast(pc.cast(values, pa.date32(), safe=False), pa.int32())
        return pc.fill_null(days, -1).to_numpy().astype(np.int32)

    def _encode(self, column: str) -> tuple[np.ndarray, list[str]]:
        encoded = self._read(column)
        if not pa.types.is_dictionary(encoded.type):
            encoded = pc.dictionary_encode(encoded)
        encoded = encoded.unify_dictionaries()
        codes = np.concatenate(
            [
                pc.fill_null(chunk.indices.cast(pa.int32()), -1).to_numpy()
                for chunk in encoded.chunks
            ]
            or [np.zeros(0, np.int32)]
        )
        if column == _ACCOUNT or not encoded.num_chunks:
            return codes, []
        return codes, [str(name) for name in encoded.chunk(0).dictionary.to_pylist()]


@contextmanager
def parquet_sessions(path: Path) -> Iterator[SessionTable]:
    """The sessions of a Parquet file.

    Raises WinnowError (exit code 2) where there is no such file, or it is no Parquet.
    """
    if not path.is_file():
        raise WinnowError(
            "there is no file of this name",
            remedy="name a Parquet file with a row a session, not a folder of files",
            exit_code=2,
        )
    try:
        schema = pq.read_schema(path)
        words = [name for name in _KEYS if name in schema.names and _is_word(schema.field(name))]
        file = pq.ParquetFile(path, read_dictionary=words, memory_map=True)
    except (pa.ArrowException, OSError):
        raise _unreadable() from None
    with file:
        yield SessionTable(file.schema_arrow, file.metadata.num_rows, _reader(file))


def arrow_sessions(table: pa.Table) -> SessionTable:
    """The sessions of a table in memory."""
    return SessionTable(table.schema, table.num_rows, table.column)


def _reader(file: pq.ParquetFile) -> Callable[[str], pa.ChunkedArray]:
    def read(column: str) -> pa.ChunkedArray:
        try:
            return file.read(columns=[column], use_threads=False).column(column)
        except (pa.ArrowException, OSError, KeyError):
            raise _unreadable() from None

    return read


def _unreadable() -> WinnowError:
    return WinnowError(
        "the file cannot be read as Parquet",
        remedy="write it anew: one row a session, flat columns",
        exit_code=2,
    )


def _is_word(field: pa.Field) -> bool:
    return pa.types.is_string(field.type) or pa.types.is_large_string(field.type)


def _kind(type_: pa.DataType) -> str:
    numeric = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_decimal)
    if any(test(type_) for test in numeric):
        return "numeric"
    return "time" if pa.types.is_date(type_) or pa.types.is_timestamp(type_) else "other"
