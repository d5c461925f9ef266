"""Rewriting a DuckDB file: DELETE leaves rows readable in it, so a fresh file gets the kept ones.

Rows are copied table by table into a new file, which takes the old one's name; the old file, its
write-ahead log and its spill folder are gone afterwards.
"""

from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.adapters.files import whole
from flows.policy.errors import WinnowError
from flows.policy.retention import Place, is_expired
from flows.policy.windows import oldest_kept_date

_KEYS = ("session_key", "account_key", "cluster_key", "event_key")
# Dates of a record about the account, not of a session's data.
_CONTROL_COLUMNS = ("assigned_date", "effective_at")


class Table(NamedTuple):
    """A table's quoted name, its columns that carry a day, and those that carry a key."""

    name: str
    date_columns: tuple[str, ...]
    key_columns: tuple[str, ...]

    @property
    def has_sessions_of_accounts(self) -> bool:
        keys = {'"session_key"', '"cluster_key"'} <= set(self.key_columns)
        return keys and '"session_date"' in self.date_columns

    def rows_since(self, limit: date) -> str | None:
        """The condition that no day of a row is before `limit`; None without a day."""
        days = (f"({column} IS NULL OR {column} >= DATE '{limit}')" for column in self.date_columns)
        return " AND ".join(days) or None

    def rows_without_gone_keys(self) -> str | None:
        """The condition that no key of a row stands in `gone_keys`; None without a key."""
        keys = (
            f"({column} IS NULL OR {column} NOT IN (SELECT key FROM gone_keys))"
            for column in self.key_columns
        )
        return " AND ".join(keys) or None


# The condition of a table's rows that are kept; None: the table goes.
KeptRows = Callable[[Table], str | None]


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
    """Writes the file anew with the rows whose every day is kept."""
    limit = oldest_kept_date(purge_date)
    _rewrite(path, lambda table: table.rows_since(limit))


def rebuild_without(path: Path, keys: Iterable[str]) -> None:
    """Writes the file anew without the rows of sessions, accounts and events of those keys."""
    _rewrite(path, Table.rows_without_gone_keys, keys)


def holds_any(path: Path, keys: Iterable[str]) -> bool:
    """Whether a row of the file has one of the keys."""
    if not path.exists():
        return False
    with _opened(path) as connection:
        _register(connection, keys)
        return any(
            connection.execute(f"SELECT 1 FROM {table.name} WHERE NOT ({kept}) LIMIT 1").fetchone()
            for table in _tables(connection, _database(connection))
            if (kept := table.rows_without_gone_keys())
        )


def sessions_in(path: Path, clusters: Iterable[str]) -> dict[str, dict[str, date]]:
    """`cluster_key` → sessions (key → day), of every table that has all three."""
    found: dict[str, dict[str, date]] = {}
    if not path.exists():
        return found
    with _opened(path) as connection:
        _register(connection, clusters)
        for table in _tables(connection, _database(connection)):
            if not table.has_sessions_of_accounts:
                continue
            rows = connection.execute(
                f"SELECT DISTINCT cluster_key, session_key, session_date FROM {table.name} "
                "WHERE cluster_key IN (SELECT key FROM gone_keys)"
            )
            for cluster, key, day in rows.fetchall():
                found.setdefault(cluster, {})[key] = day
    return found


def accounts_of(path: Path) -> dict[str, str]:
    """session key → `cluster_key` of its account."""
    with _opened(path) as connection:
        return {
            session: account
            for table in _tables(connection, _database(connection))
            if table.has_sessions_of_accounts
            for session, account in connection.execute(
                f"SELECT DISTINCT session_key, cluster_key FROM {table.name}"
            ).fetchall()
        }


def clusters_in(path: Path) -> set[str]:
    """Every `cluster_key` of every table."""
    if not path.exists():
        return set()
    with _opened(path) as connection:
        return {
            key
            for table in _tables(connection, _database(connection))
            if '"cluster_key"' in table.key_columns
            for (key,) in connection.execute(
                f"SELECT DISTINCT cluster_key FROM {table.name}"
            ).fetchall()
        }


def _rewrite(path: Path, kept_rows: KeptRows, keys: Iterable[str] = ()) -> None:
    """A table without what decides (an aggregate) may count what goes: it goes, as do views that
    no longer bind, and the whole file when no row is kept; the next build makes them again."""
    keys = list(keys)
    if not _has_kept_rows(path, kept_rows, keys):
        _log_of(path).unlink(missing_ok=True)
        path.unlink()
        return
    with whole(path) as draft:
        with closing(_connect(draft)) as connection:
            connection.execute(f"ATTACH {_literal(path)} AS old (READ_ONLY)")
            _register(connection, keys)
            _copy(connection, kept_rows)
        # Before the rename: a log of the old file beside the new one would be replayed into it.
        _log_of(path).unlink(missing_ok=True)


def _has_kept_rows(path: Path, kept_rows: KeptRows, keys: list[str]) -> bool:
    with _opened(path) as connection:
        _register(connection, keys)
        return any(
            connection.execute(f"SELECT 1 FROM {table.name} WHERE {kept} LIMIT 1").fetchone()
            for table in _tables(connection, _database(connection))
            if (kept := kept_rows(table))
        )


def _register(connection, keys: Iterable[str]) -> None:
    """`gone_keys(key)` for this connection alone: it is written nowhere."""
    import pyarrow as pa

    connection.register("gone_keys", pa.table({"key": pa.array(list(keys), pa.string())}))


def _database(connection) -> str:
    return connection.execute("SELECT current_database()").fetchone()[0]


def _copy(connection, kept_rows: KeptRows) -> None:
    schemas = connection.execute(
        "SELECT DISTINCT schema_name FROM duckdb_schemas() "
        "WHERE database_name = 'old' AND NOT internal"
    ).fetchall()
    for (schema,) in schemas:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_quoted(schema)}")
    for table in _tables(connection, "old"):
        if kept := kept_rows(table):
            rows = f"SELECT * FROM old.{table.name} WHERE {kept}"
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
    return [
        day
        for table in _tables(connection, _database(connection))
        for column in table.date_columns
        for (day,) in connection.execute(f"SELECT min({column})::DATE FROM {table.name}").fetchall()
    ]


def _tables(connection, database: str) -> list[Table]:
    rows = connection.execute(
        """
        SELECT t.schema_name, t.table_name, list(c.column_name) FILTER (
            c.data_type = 'DATE' OR c.data_type LIKE 'TIMESTAMP%'
        ), list(c.column_name) FILTER (list_contains(?, c.column_name))
        FROM duckdb_tables() AS t
        JOIN duckdb_columns() AS c USING (database_name, schema_name, table_name)
        WHERE t.database_name = ? AND NOT t.internal
        GROUP BY ALL ORDER BY ALL
        """,
        [list(_KEYS), database],
    ).fetchall()
    return [
        Table(
            f"{_quoted(schema)}.{_quoted(name)}",
            tuple(_quoted(c) for c in columns or () if c not in _CONTROL_COLUMNS),
            tuple(map(_quoted, keys or ())),
        )
        for schema, name, columns, keys in rows
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
