"""Checking folders: WINNOW_HOME zone by zone, a source that is a folder, Prefect's own folder."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from flows.verifier.instants import oldest_in_file
from flows.verifier.memory import Memory
from flows.verifier.report import Datum, day_of_path

_TIER_ZONES = ("landing", "candidates", "exports", "state", "keys")
_NOT_SHARED = ("landing", "candidates", "exports", "warehouse", "keys", "sources")
_UNDATED = ("control.key", "run.lock", "receipts.lock")


def tier_data(home: Path, tier: str, memory: Memory) -> Iterator[Datum]:
    """Everything below WINNOW_HOME that belongs to the tier, sources apart."""
    for zone in _TIER_ZONES:
        root = home / zone / tier
        for path in _files(root):
            yield _datum(_kind(zone, path.relative_to(root)), root, path, memory)
    root = home / "warehouse"
    for path in _files(root):
        if tier in path.relative_to(root).parts or path.name.lstrip(".").startswith(f"{tier}."):
            kind = "warehouse" if path.name == f"{tier}.duckdb" else "leftovers"
            yield _datum(kind, root, path, memory)


def shared_data(
    home: Path, tiers: tuple[str, ...], prefect_home: Path, memory: Memory
) -> Iterator[Datum]:
    """What no tier owns: results, logs, receipts, Prefect's records, and anything unknown."""
    for path in _files(home):
        parts = path.relative_to(home).parts
        is_tier = parts[0] in _NOT_SHARED or (parts[0] == "state" and parts[1] in tiers)
        if not is_tier and prefect_home not in path.parents:
            yield _datum(_shared_kind(parts), home, path, memory)
    for path in _files(prefect_home / "storage"):
        yield _datum("prefect", prefect_home, path, memory)
    database = prefect_home / "prefect.db"
    if database.exists():
        yield _datum("prefect", prefect_home, database, memory)


def source_data(root: Path, prefix: str, memory: Memory) -> Iterator[Datum]:
    """A source folder; kinds are `<prefix>/<dataset>`, references relative to `root`."""
    for path in _files(root):
        parts = path.relative_to(root).parts
        dataset = parts[0] if len(parts) > 1 else "other"
        yield _datum(f"{prefix}/{dataset}" if prefix != "source/control" else prefix,
                     root, path, memory)  # fmt: skip


def _datum(kind: str, root: Path, path: Path, memory: Memory) -> Datum:
    relative = path.relative_to(root)
    status = path.lstat()
    token = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, path.suffix)
    found, is_readable = memory.recall(token, lambda: _content(path))
    named = day_of_path(relative.parts)
    oldest = min(filter(None, (found, named)), default=None)
    if oldest is None and status.st_size and path.name not in _UNDATED:
        oldest = datetime.fromtimestamp(status.st_mtime, UTC)
    version = str(status.st_mtime_ns)
    return Datum(kind, relative.as_posix(), version, status.st_size, oldest, is_readable)


def _content(path: Path) -> datetime | None:
    if path.is_symlink():
        raise OSError("a link is not followed")
    return None if path.suffix == ".key" or not path.stat().st_size else oldest_in_file(path)


def _kind(zone: str, relative: Path) -> str:
    if any(part.startswith(".") for part in relative.parts):
        return "leftovers"
    if zone in ("landing", "state") and len(relative.parts) > 1:
        return f"{zone}/{relative.parts[0]}"
    return zone


def _shared_kind(parts: tuple[str, ...]) -> str:
    names = {"results": "results", "reports": "results", "logs": "logs", "tmp": "temporary"}
    if parts[:2] == ("state", "purge"):
        return "state/purge"
    return names.get(parts[0], "other")


def _files(folder: Path) -> Iterator[Path]:
    """Every file and link below a folder; raises OSError where a folder cannot be listed."""

    def refuse(error: OSError) -> None:
        raise error

    for parent, names, files in os.walk(folder, onerror=refuse if folder.exists() else None):
        names.sort()
        links = [name for name in names if (Path(parent) / name).is_symlink()]
        for name in sorted([*files, *links]):
            yield Path(parent) / name
