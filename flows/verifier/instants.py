"""The oldest instant that a file's content names."""

import io
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from flows.verifier.streams import format_of, head_of, uncompressed

# A record about the account: when it was assigned, when its consent began.
_NOT_SESSION_DATA = {"assigned_date", "effective_at"}

# What Prefect keeps to know what it may run; it says nothing about a run.
_DEFINITIONS = {
    "agent", "alembic_version", "automation", "automation_related_resource", "block_document",
    "block_document_reference", "block_schema", "block_schema_reference", "block_type",
    "concurrency_limit", "concurrency_limit_v2", "configuration", "deployment",
    "deployment_schedule", "deployment_version", "flow", "saved_search", "variable", "work_pool",
    "work_queue", "worker",
}  # fmt: skip

# Prefect stores these durations as instants after 1970.
_DURATIONS = {"total_run_time"}

_LOG_DATE = re.compile(r"^\W{0,2}(\d{4}-\d{2}-\d{2})\b")
_MILLISECONDS_FROM = 1e11


class _Record(msgspec.Struct):
    """The fields by which transcripts, control records and references to objects say when."""

    timestamp: str | int | float | None = None
    checked_at: str | None = None
    recorded_at: str | None = None
    assigned_at: str | None = None
    source_date: str | None = None


def oldest_in_file(path: Path) -> datetime | None:
    """None when nothing in it is dated. Raises an error of its decoder when it cannot be read."""
    with path.open("rb") as file:
        kind = format_of(head_of(file))
        if kind == "stream":
            return oldest_in_stream(file, is_log=path.suffix == ".log" or "logs" in path.parts)
    return {"parquet": _in_parquet, "duckdb": _in_duckdb, "sqlite": _in_sqlite}[kind](path)


def oldest_in_stream(file: io.BufferedReader, *, is_log: bool = False) -> datetime | None:
    """Of JSON lines, compressed or not, and of a log's lines; other lines say nothing.

    A date that begins a line of anything but a log (a query, say) is not when it was written.
    """
    decoder = msgspec.json.Decoder(_Record)
    with uncompressed(file) as lines:
        return _least(moment for line in lines for moment in _line_moments(line, decoder, is_log))


def _line_moments(line: bytes, decoder: msgspec.json.Decoder, is_log: bool) -> Iterator[datetime]:
    if line.startswith(b"{"):
        try:
            record = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return
        yield from filter(None, map(_to_moment, msgspec.structs.astuple(record)))
    elif is_log and (found := _LOG_DATE.match(line[:32].decode("ascii", "replace"))):
        yield from filter(None, [_to_moment(found[1])])


def _in_parquet(path: Path) -> datetime | None:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        names = [
            field.name
            for field in file.schema_arrow
            if pa.types.is_temporal(field.type) and field.name not in _NOT_SESSION_DATA
        ]
        return _least(
            _to_moment(pc.min(group[name]).as_py())
            for index in range(file.num_row_groups if names else 0)
            for group in [file.read_row_group(index, columns=names)]
            for name in names
        )


def _in_duckdb(path: Path) -> datetime | None:
    import duckdb

    columns = """
        SELECT schema_name, table_name, column_name FROM duckdb_columns()
        JOIN duckdb_tables() USING (database_name, schema_name, table_name)
        WHERE data_type = 'DATE' OR data_type LIKE 'TIMESTAMP%'
    """
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        return _least(
            _to_moment(value)
            for schema, table, column in connection.execute(columns).fetchall()
            if column not in _NOT_SESSION_DATA
            for value in connection.execute(
                f'SELECT min("{column}")::TIMESTAMP FROM "{schema}"."{table}"'
            ).fetchone()
        )


def _in_sqlite(path: Path) -> datetime | None:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return _least(
            _to_moment(value)
            for (table,) in tables.fetchall()
            if table not in _DEFINITIONS
            for _, column, kind, *_ in connection.execute(f'PRAGMA table_info("{table}")')
            if ("DATE" in kind.upper() or "TIME" in kind.upper()) and column not in _DURATIONS
            for value in connection.execute(f'SELECT min("{column}") FROM "{table}"').fetchone()
        )


def _to_moment(value: object) -> datetime | None:
    """An aware instant of a date, a datetime, ISO text or Unix time; None of anything else."""
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        elif isinstance(value, int | float):
            seconds = value / 1000 if value > _MILLISECONDS_FROM else value
            value = datetime.fromtimestamp(seconds, UTC)
        elif isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
    except (ValueError, OverflowError, OSError):
        return None
    if not isinstance(value, datetime):
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _least(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)
