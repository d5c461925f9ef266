"""Purging Prefect's own records: runs, states, logs, events, artifacts, and its storage folder.

The server keeps its database in `PREFECT_HOME/prefect.db`. Definitions (flows, deployments, work
pools, blocks) stay; what says that something ran goes when it is expired.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from flows.policy.errors import WinnowError
from flows.policy.retention import Place, is_expired
from flows.policy.windows import oldest_kept_date

_BUSY_SECONDS = 60
_DATABASE = "prefect.db"

# Table → the column that says when. States go with their runs by foreign key as well.
_TABLES = {
    "event_resources": "occurred",
    "events": "occurred",
    "log": "timestamp",
    "artifact": "created",
    "artifact_collection": "updated",
    "task_run_state": "timestamp",
    "flow_run_state": "timestamp",
    "task_run_state_cache": "created",
    "flow_run_input": "created",
    "task_run": "created",
    "flow_run": "created",
    "automation_bucket": "created",
    "automation_event_follower": "created",
    "composite_trigger_child_firing": "created",
    "csrf_token": "created",
}


def prefect_places(prefect_home: Path, purge_date: date) -> list[Place]:
    """Tables with expired rows (their size in rows) and expired files of the storage folder.

    Raises WinnowError when the database stays locked or cannot be read.
    """
    places = list(_stored_files(prefect_home, purge_date))
    if (prefect_home / _DATABASE).exists():
        with _database(prefect_home) as connection:
            for table, column in _present(connection).items():
                count, oldest = _expired_rows(connection, table, column, purge_date)
                if count:
                    places.append(Place("prefect", table, _day(oldest), count, "rows"))
    return places


def purge_prefect(prefect_home: Path, places: list[Place], purge_date: date) -> None:
    """Deletes and rewrites the file: freed pages and the write-ahead log hold deleted rows."""
    for place in places:
        if place.version != "rows":
            (prefect_home / place.reference).unlink(missing_ok=True)
    if any(place.version == "rows" for place in places):
        limit = str(oldest_kept_date(purge_date))
        with _database(prefect_home) as connection:
            for table, column in _present(connection).items():
                connection.execute(f'DELETE FROM "{table}" WHERE "{column}" < ?', (limit,))
            connection.commit()
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _stored_files(prefect_home: Path, purge_date: date) -> Iterator[Place]:
    for path in sorted((prefect_home / "storage").rglob("*")):
        if path.is_file():
            status = path.stat()
            day = datetime.fromtimestamp(status.st_mtime, UTC).date()
            if is_expired(day, purge_date):
                reference = path.relative_to(prefect_home).as_posix()
                yield Place("prefect", reference, day, status.st_size, str(status.st_mtime_ns))


@contextmanager
def _database(prefect_home: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(
            sqlite3.connect(prefect_home / _DATABASE, timeout=_BUSY_SECONDS)
        ) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            yield connection
        return
    except sqlite3.Error:
        pass
    raise WinnowError(
        "Prefect's database could not be purged: it is locked or cannot be read",
        remedy="wait for running flows to end, or stop the server, then purge again",
    )


def _present(connection: sqlite3.Connection) -> dict[str, str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    names = {name for (name,) in rows}
    return {table: column for table, column in _TABLES.items() if table in names}


def _expired_rows(
    connection: sqlite3.Connection, table: str, column: str, purge_date: date
) -> tuple[int, str]:
    query = f'SELECT count(*), min("{column}") FROM "{table}" WHERE "{column}" < ?'
    return connection.execute(query, (str(oldest_kept_date(purge_date)),)).fetchone()


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])
