"""Purging a DuckDB file: DELETE leaves rows readable in it, so a fresh file gets the kept ones.

Rows are copied table by table into a new file, which takes the old one's name; the old file, its
write-ahead log and its spill folder are gone afterwards.
"""

from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.adapters.files import whole
from flows.policy.errors import WinnowError
from flows.policy.retention import Place, is_expired
from flows.policy.windows import oldest_kept_date

# Dates of a record about the account, not of a session's data.
_CONTROL_COLUMNS = ("assigned_date", "effective_at")


class Table(NamedTuple):
    """A table's quoted name and its columns that carry a day."""

    name: str
    date_columns: tuple[str, ...]

    def kept_rows(self, limit: date) -> str:
        """The condition that no day of a row is before `limit`."""
        days = (f"({column} IS NULL OR {column} >= DATE '{limit}')" for column in self.date_columns)
        return " AND ".join(days)


def warehouse_places(home: Path, tier: str, purge_date: date) -> list[Place]:
    """The tier's warehouse when its oldest row is expired; without any, its last change counts.

    Raises WinnowError when the file cannot be read as a DuckDB database.
    """
    path = home / "warehouse" / f"{tier}.duckdb"
    if not path.exists():
        return []
    with _opened(path) as connection:
        oldest = min(filter(None, _oldest_days(connection)), default=None)
    status = path.stat()
    oldest = oldest or datetime.fromtimestamp(status.st_mtime, UTC).date()
    if not is_expired(oldest, purge_date):
        return []
    version = str(status.st_mtime_ns)
    return [Place("warehouse", f"warehouse/{path.name}", oldest, status.st_size, version)]


def rebuild(path: Path, purge_date: date) -> None:
    """Writes the file anew with the rows whose every day is kept.

    A table without a day (an aggregate) may count expired sessions: it goes, as do views that no
    longer bind, and the whole file when no row is kept; the next build makes them again.
    """
    if not _has_kept_rows(path, purge_date):
        _log_of(path).unlink(missing_ok=True)
        path.unlink()
        return
    with whole(path) as draft:
        with closing(_connect(draft)) as connection:
            connection.execute(f"ATTACH {_literal(path)} AS old (READ_ONLY)")
            _copy(connection, oldest_kept_date(purge_date))
        # Before the rename: a log of the old file beside the new one would be replayed into it.
        _log_of(path).unlink(missing_ok=True)


def _has_kept_rows(path: Path, purge_date: date) -> bool:
    limit = oldest_kept_date(purge_date)
    with _opened(path) as connection:
        database = connection.execute("SELECT current_database()").fetchone()[0]
        return any(
            connection.execute(
                f"SELECT 1 FROM {table.name} WHERE {table.kept_rows(limit)} LIMIT 1"
            ).fetchone()
            for table in _tables(connection, database)
            if table.date_columns
        )


def _copy(connection, limit: date) -> None:
    schemas = connection.execute(
        "SELECT DISTINCT schema_name FROM duckdb_schemas() "
        "WHERE database_name = 'old' AND NOT internal"
    ).fetchall()
    for (schema,) in schemas:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_quoted(schema)}")
    for table in _tables(connection, "old"):
        if table.date_columns:
            rows = f"SELECT * FROM old.{table.name} WHERE {table.kept_rows(limit)}"
            connection.execute(f"CREATE TABLE {table.name} AS {rows}")
    _copy_views(connection)


def _copy_views(connection) -> None:
    """Views in whatever order they bind in, until no more do."""
    views = connection.execute(
        "SELECT sql FROM duckdb_views() WHERE database_name = 'old' AND NOT internal"
    ).fetchall()
    waiting = [sql for (sql,) in views]
    while waiting:
        failed = [sql for sql in waiting if not _is_created(connection, sql)]
        if len(failed) == len(waiting):
            return
        waiting = failed


def _is_created(connection, sql: str) -> bool:
    try:
        connection.execute(sql)
    except duckdb.Error:
        return False
    return True


def _oldest_days(connection) -> list[date | None]:
    database = connection.execute("SELECT current_database()").fetchone()[0]
    return [
        day
        for table in _tables(connection, database)
        for column in table.date_columns
        for (day,) in connection.execute(f"SELECT min({column})::DATE FROM {table.name}").fetchall()
    ]


def _tables(connection, database: str) -> list[Table]:
    rows = connection.execute(
        """
        SELECT t.schema_name, t.table_name, list(c.column_name) FILTER (
            c.data_type = 'DATE' OR c.data_type LIKE 'TIMESTAMP%'
        )
        FROM duckdb_tables() AS t
        JOIN duckdb_columns() AS c USING (database_name, schema_name, table_name)
        WHERE t.database_name = ? AND NOT t.internal
        GROUP BY ALL ORDER BY ALL
        """,
        [database],
    ).fetchall()
    return [
        Table(
            f"{_quoted(schema)}.{_quoted(name)}",
            tuple(_quoted(c) for c in columns or () if c not in _CONTROL_COLUMNS),
        )
        for schema, name, columns in rows
    ]


def _opened(path: Path):
    try:
        return duckdb.connect(str(path), read_only=True, config={"threads": 2})
    except duckdb.Error:
        pass
    raise WinnowError(
        f"warehouse/{path.name} cannot be opened: it is in use, or is no DuckDB file",
        remedy="close what reads it; if it is damaged, delete it: `winnow run` builds it again",
    )


def _connect(path: Path):
    spill = path.parent / ".spill" / path.name.split(".")[1]
    return duckdb.connect(str(path), config={"threads": 2, "temp_directory": str(spill)})


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
