"""What landing and its index hold of accounts: finds it, and takes it out.

Rows go by session, so that an account that took its consent back and gave it again keeps what it
agreed to; consent and assignments go by account. What has neither goes by event.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.adapters.landed_index import LandedIndex, SetAside
from flows.adapters.parquet_rows import filter_file, has_other_rows
from flows.policy.erasure import Session
from flows.policy.landing import without_objects
from flows.policy.retention import Place

_DATASETS = ("raw", "bits", "declassified", "survival", "events", "consent", "assignments")
_DECIDING = ("session_key", "event_key", "account_key")
_FOUND = ["cluster_key", "session_key", "session_date", "event_at", "event_key"]


class Gone(NamedTuple):
    """The keys whose rows go. `accounts` are those of which nothing stays: hashes under every
    live epoch; `clusters` the same accounts by their control-key hash."""

    sessions: frozenset[str]
    events: frozenset[str]
    accounts: frozenset[str]
    clusters: frozenset[str]
    objects: frozenset[str]

    def keys(self) -> set[str]:
        return {*self.sessions, *self.events, *self.accounts, *self.clusters}


class Landed(NamedTuple):
    """Sessions of accounts by control-key hash, and the events of each session."""

    sessions: dict[str, list[Session]]
    events: dict[str, set[str]]


def landed_sessions(landing: Path, clusters: Collection[str]) -> Landed:
    """What `events/` holds of the accounts; a session starts with its first event."""
    columns = [table for table in _account_rows(landing, clusters) if table.num_rows]
    if not columns:
        return Landed({}, {})
    rows = pa.concat_tables(columns)
    firsts = rows.group_by(["cluster_key", "session_key"]).aggregate(
        [("session_date", "min"), ("event_at", "min")]
    )
    sessions: dict[str, list[Session]] = {}
    for row in firsts.to_pylist():
        started = row["event_at_min"]
        found = Session(row["session_key"], row["session_date_min"], started and _utc(started))
        sessions.setdefault(row["cluster_key"], []).append(found)
    events: dict[str, set[str]] = {}
    for session, event in zip(
        rows["session_key"].to_pylist(), rows["event_key"].to_pylist(), strict=True
    ):
        events.setdefault(session, set()).add(event)
    return Landed(sessions, events)


def row_places(home: Path, tier: str, gone: Gone, day: date) -> list[Place]:
    """Files of landing with a row that goes."""
    landing = home / "landing" / tier
    is_kept = _keeper(gone)
    return [
        _place(f"landing/{dataset}", home, path, day)
        for dataset in _DATASETS
        for path in _files(landing / dataset)
        if has_other_rows(path, is_kept, _DECIDING)
    ]


def remove_rows(home: Path, places: Iterable[Place], gone: Gone) -> None:
    is_kept = _keeper(gone)
    for place in places:
        path = home / place.reference
        if path.exists():
            filter_file(path, is_kept, _DECIDING)


def index_places(home: Path, tier: str, gone: Gone, day: date) -> list[Place]:
    """Days of the index that name an account or an object that goes."""
    index = LandedIndex(home / "state" / tier)
    return [
        _place("state/landed", home, index.folder / f"{each}.json", day)
        for each in index.days()
        if _named_objects(index, each, gone)
    ]


def remove_from_index(home: Path, tier: str, gone: Gone) -> None:
    index = LandedIndex(home / "state" / tier)
    for day in index.days():
        objects = _named_objects(index, day, gone)
        if objects:
            index.save(day, without_objects(index.load(day), objects))


def quarantine_places(
    home: Path, tier: str, account_ids: Collection[str], day: date
) -> list[Place]:
    """References to objects of the accounts that could not be read: their paths name them."""
    found = sorted((home / "state" / tier / "quarantine").glob("*.json"))
    return [
        _place("state/quarantine", home, path, day)
        for path in found
        if _account_of(path) in account_ids
    ]


def _account_of(path: Path) -> str:
    return msgspec.json.decode(path.read_bytes(), type=SetAside).path.split("/")[2]


def _named_objects(index: LandedIndex, day: str, gone: Gone) -> set[str]:
    return {
        key
        for key, entry in index.load(day).objects.items()
        if entry.cluster_key in gone.clusters or key in gone.objects
    }


def _account_rows(landing: Path, clusters: Collection[str]) -> Iterator[pa.Table]:
    wanted = pa.array(sorted(clusters), pa.string())
    for path in _files(landing / "events"):
        accounts = pq.read_table(path, columns=["cluster_key"])["cluster_key"]
        mask = pc.is_in(accounts, value_set=wanted)
        if pc.any(mask).as_py():
            yield pq.read_table(path, columns=_FOUND).filter(mask)


def _keeper(gone: Gone):
    """Rows by their session where the file has one, else by their account, else by their event."""
    values = {
        "session_key": pa.array(sorted(gone.sessions), pa.string()),
        "account_key": pa.array(sorted(gone.accounts), pa.string()),
        "event_key": pa.array(sorted(gone.events), pa.string()),
    }

    def is_kept(rows: pa.Table) -> pa.ChunkedArray:
        for name, keys in values.items():
            if name in rows.column_names:
                return pc.invert(pc.is_in(rows[name], value_set=keys))
        return pa.chunked_array([pa.repeat(pa.scalar(True), rows.num_rows)])

    return is_kept


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.parquet") if not path.name.startswith("."))


def _place(kind: str, home: Path, path: Path, day: date) -> Place:
    status = path.stat()
    reference = path.relative_to(home).as_posix()
    return Place(kind, reference, day, status.st_size, str(status.st_mtime_ns))


def _utc(instant):
    from datetime import UTC

    return instant.replace(tzinfo=UTC)
