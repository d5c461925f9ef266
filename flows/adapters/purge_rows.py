"""Rows of expired sessions in files of days that are kept.

When a session's first day is purged, all of the session goes: its events of later days, their text,
bits and declassified values, and its survival. Which later files hold such rows is read from the
Parquet footers of `events/` (statistics of `session_date`), so a day without any costs a footer.
"""

from collections.abc import Iterator
from datetime import date
from functools import reduce
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.adapters.parquet_rows import IsKept, filter_file
from flows.policy.retention import Place, checkpoint_age, is_expired
from flows.policy.vocabulary import CHECKPOINTS
from flows.policy.windows import oldest_kept_date

_TAIL = "landing/session rows"
_KEYS = ("session_key", "event_key")
_DECIDING = (*_KEYS, "session_date", "checked_date", "checkpoint")
_DEPENDENT = ("raw", "bits", "declassified")


class Expired(NamedTuple):
    """The keys of one day's rows that go."""

    session_key: pa.Array
    event_key: pa.Array


def session_row_places(home: Path, tier: str, purge_date: date) -> list[Place]:
    """Event files of kept days with rows of expired sessions; the day is the oldest session's."""
    return [
        _file_place(_TAIL, home, path, day)
        for path in _kept_event_files(home / "landing" / tier, purge_date)
        if (day := _least_date(path, "session_date")) and is_expired(day, purge_date)
    ]


def remove_session_rows(home: Path, tier: str, places: list[Place], purge_date: date) -> None:
    """Text, bits and declassified rows first, events last: a kill in between is found again."""
    landing = home / "landing" / tier
    paths = [home / place.reference for place in places]
    for partition in sorted({path.parent.name for path in paths}):
        files = [path for path in paths if path.parent.name == partition and path.exists()]
        expired = _expired_keys(files, purge_date)
        for path in _dependent_files(landing, partition):
            _filter(path, lambda rows, gone=expired: _is_kept_row(rows, gone, purge_date))
        for path in files:
            _filter(path, lambda rows: _is_kept_session(rows, purge_date))


def survival_places(home: Path, tier: str, purge_date: date) -> list[Place]:
    """Survival files of expired days, and those with a row of an expired session: known by its key,
    or by its checkpoint.

    Keys are those of the event files that this purge deletes, so the plan is found again until
    the last of them is gone.
    """
    landing = home / "landing" / tier
    files = sorted((landing / "survival").rglob("*.parquet"))
    gone = _keys_to_go(landing, purge_date) if files else None
    found = []
    for path in files:
        if is_expired(_file_day(path), purge_date):
            found.append(_file_place("landing/survival", home, path, _file_day(path)))
            continue
        rows = pq.read_table(path)
        kept = _is_kept_survival(rows, gone, purge_date)
        if rows.num_rows > (pc.sum(kept).as_py() or 0):
            # The session's own day is known by its key only: before the window, at the latest.
            day = date.fromordinal(oldest_kept_date(purge_date).toordinal() - 1)
            found.append(_file_place("landing/survival", home, path, day))
    return found


def remove_survival_rows(home: Path, tier: str, places: list[Place], purge_date: date) -> None:
    gone = _keys_to_go(home / "landing" / tier, purge_date)
    for place in places:
        path = home / place.reference
        if is_expired(_file_day(path), purge_date):
            path.unlink(missing_ok=True)
        elif path.exists():
            _filter(path, lambda rows: _is_kept_survival(rows, gone, purge_date))


def _file_place(kind: str, home: Path, path: Path, day: date) -> Place:
    status = path.stat()
    reference = path.relative_to(home).as_posix()
    return Place(kind, reference, day, status.st_size, str(status.st_mtime_ns))


def _file_day(path: Path) -> date:
    """Of `<day>.parquet`, the day on which the sessions in it were checked."""
    return date.fromisoformat(path.stem)


def _kept_event_files(landing: Path, purge_date: date) -> Iterator[Path]:
    for folder in sorted((landing / "events").glob("date=*")):
        if not is_expired(_partition_day(folder), purge_date):
            yield from sorted(folder.glob("*.parquet"))


def _dependent_files(landing: Path, partition: str) -> list[Path]:
    return sorted(
        path
        for dataset in _DEPENDENT
        for path in (landing / dataset).rglob("*.parquet")
        if partition in path.parts and not path.name.startswith(".")
    )


def _partition_day(folder: Path) -> date:
    return date.fromisoformat(folder.name.removeprefix("date="))


def _least_date(path: Path, column: str) -> date | None:
    """The least value from the footer; where a row group has no statistics, from the column."""
    with pq.ParquetFile(path) as file:
        index = file.schema_arrow.get_field_index(column)
        groups = [file.metadata.row_group(i).column(index) for i in range(file.num_row_groups)]
        statistics = [group.statistics for group in groups if group.num_values]
        if all(found and found.has_min_max for found in statistics):
            return min((found.min for found in statistics), default=None)
        return pc.min(file.read([column])[column]).as_py()


def _expired_keys(files: list[Path], purge_date: date) -> Expired:
    tables = []
    for path in files:
        rows = pq.read_table(path, columns=[*_KEYS, "session_date"])
        tables.append(rows.filter(pc.invert(_is_kept_session(rows, purge_date))))
    rows = pa.concat_tables(tables)
    return Expired(*(rows[name].combine_chunks() for name in _KEYS))


def _keys_to_go(landing: Path, purge_date: date) -> pa.Array:
    """Session keys of everything expired: of whole days that go, and of rows in kept days."""
    files = [
        path
        for folder in sorted((landing / "events").glob("date=*"))
        for path in sorted(folder.glob("*.parquet"))
        if (day := _least_date(path, "session_date")) and is_expired(day, purge_date)
    ]
    return _expired_keys(files, purge_date).session_key if files else pa.nulls(0, pa.string())


def _is_kept_session(rows: pa.Table, purge_date: date) -> pa.ChunkedArray:
    limit = pa.scalar(oldest_kept_date(purge_date), pa.date32())
    return pc.fill_null(pc.greater_equal(rows["session_date"], limit), False)


def _is_kept_row(rows: pa.Table, gone: Expired, purge_date: date) -> pa.ChunkedArray:
    """By the session's date where the file has it, else by its key, else by the event's.

    A file with none of them cannot be cut: all its rows go, and the next run makes them again.
    """
    names = rows.column_names
    if "session_date" in names:
        return _is_kept_session(rows, purge_date)
    for name in _KEYS:
        if name in names:
            return pc.invert(pc.is_in(rows[name], value_set=getattr(gone, name)))
    return pa.chunked_array([pa.repeat(pa.scalar(False), rows.num_rows)])


def _is_kept_survival(rows: pa.Table, gone: pa.Array, purge_date: date) -> pa.ChunkedArray:
    limit = oldest_kept_date(purge_date)
    known = pc.invert(pc.is_in(rows["session_key"], value_set=gone))
    live = [
        pc.and_(pc.equal(rows["checkpoint"], point), _from(rows["checked_date"], limit, point))
        for point in CHECKPOINTS
    ]
    return pc.fill_null(pc.and_(known, reduce(pc.or_, live)), False)


def _from(checked: pa.ChunkedArray, limit: date, checkpoint: str) -> pa.ChunkedArray:
    """Whether the session that was checked then, at that checkpoint, is of a kept day."""
    return pc.greater_equal(checked, pa.scalar(limit + checkpoint_age(checkpoint), pa.date32()))


def _filter(path: Path, is_kept: IsKept) -> None:
    filter_file(path, is_kept, _DECIDING)
