"""Checking folders: WINNOW_HOME zone by zone, a source that is a folder, Prefect's own folder."""

import os
import stat
from collections.abc import Iterator, Set
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from flows.verifier.instants import oldest_in_file
from flows.verifier.memory import Memory
from flows.verifier.report import Datum, UnverifiableError, day_of_path

_TIER_ZONES = ("landing", "candidates", "exports", "state", "keys")
_NOT_SHARED = ("landing", "candidates", "exports", "warehouse", "keys", "sources")
# Locks, a key without a day of its own, and the verifier's memory of what is there.
_UNDATED = ("control.key", "run.lock", "receipts.lock", "verified.json")


def tier_data(home: Path, tier: str, memory: Memory) -> Iterator[Datum]:
    """Everything below WINNOW_HOME that belongs to the tier, sources apart."""
    for zone in _TIER_ZONES:
        for entry in _files(home / zone / tier):
            yield _datum(_kind(zone, entry.parts), entry, memory)
    for entry in _files(home / "warehouse"):
        name = entry.parts[-1]
        if tier in entry.parts or name.lstrip(".").startswith(f"{tier}."):
            yield _datum("warehouse" if name == f"{tier}.duckdb" else "leftovers", entry, memory)


def shared_data(
    home: Path, tiers: tuple[str, ...], prefect_home: Path, memory: Memory
) -> Iterator[Datum]:
    """What no tier owns: results, logs, receipts, Prefect's records, and anything unknown."""
    others = {str(home / zone) for zone in _NOT_SHARED}
    others |= {str(home / "state" / tier) for tier in tiers} | {str(prefect_home)}
    for entry in _files(home, others):
        yield _datum(_shared_kind(entry.parts), entry, memory)
    for entry in _files(prefect_home):
        if entry.parts[0] in ("storage", "prefect.db"):
            yield _datum("prefect", entry, memory)


def source_data(root: Path, prefix: str, memory: Memory) -> Iterator[Datum]:
    """A source folder; kinds are `<prefix>/<dataset>`, references relative to `root`."""
    for entry in _files(root):
        dataset = entry.parts[0] if len(entry.parts) > 1 else "other"
        kind = prefix if prefix == "source/control" else f"{prefix}/{dataset}"
        yield _datum(kind, entry, memory)


class _Entry(NamedTuple):
    path: str
    parts: tuple[str, ...]
    status: os.stat_result


def _datum(kind: str, entry: _Entry, memory: Memory) -> Datum:
    status = entry.status
    times = (status.st_mtime_ns, status.st_ctime_ns)
    token = (status.st_dev, status.st_ino, status.st_size, *times)
    found, is_readable = memory.recall(token, lambda: _content(entry))
    oldest = min(filter(None, (found, day_of_path(entry.parts))), default=None)
    if oldest is None and status.st_size and entry.parts[-1] not in _UNDATED:
        oldest = datetime.fromtimestamp(status.st_mtime, UTC)
    version = str(status.st_mtime_ns)
    return Datum(kind, "/".join(entry.parts), version, status.st_size, oldest, is_readable)


def _content(entry: _Entry) -> datetime | None:
    if not stat.S_ISREG(entry.status.st_mode):
        raise UnverifiableError("links and devices are not followed")
    if entry.path.endswith(".key") or not entry.status.st_size:
        return None
    return oldest_in_file(Path(entry.path))


def _kind(zone: str, parts: tuple[str, ...]) -> str:
    if any(part.startswith(".") for part in parts):
        return "leftovers"
    return f"{zone}/{parts[0]}" if zone in ("landing", "state") and len(parts) > 1 else zone


def _shared_kind(parts: tuple[str, ...]) -> str:
    names = {"results": "results", "reports": "results", "logs": "logs", "tmp": "temporary"}
    if parts[:2] == ("state", "purge"):
        return "state/purge"
    return names.get(parts[0], "other")


def _files(
    folder: Path | str, without: Set[str] = frozenset(), parts: tuple[str, ...] = ()
) -> Iterator[_Entry]:
    """Every file and link below a folder. Raises OSError where a folder cannot be listed."""
    if not parts and not folder.exists():
        return
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.path in without:
                continue
            below = (*parts, entry.name)
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, without, below)
            else:
                # A source is written to while it is looked at: what went meanwhile is not left.
                status = None
                with suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                if status:
                    yield _Entry(entry.path, below, status)
