"""Purging files: what is dated by its path or its last change, logs, keys and leftovers."""

import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flows.policy.retention import CONTROL_KEY_RECORDS, Place, Rule, is_expired, key_day
from flows.policy.windows import oldest_kept_date

_DATED = re.compile(r"^(?:date=)?(\d{4}-\d{2}-\d{2})(?:\.|$)")
_LINE_DATE = re.compile(rb"\d{4}-\d{2}-\d{2}")
_LINE_HEAD_BYTES = 64


def file_places(home: Path, rules: Iterable[Rule], tier: str, purge_date: date) -> list[Place]:
    """Expired files below the folders of the rules; references are relative to `home`."""
    return [
        place
        for rule in rules
        for path in _files_before(home / rule.folder.format(tier=tier), purge_date)
        if (place := _place(home, rule.kind, path)) and is_expired(place.day, purge_date)
    ]


def dated_places(root: Path, dataset: str, kind: str, purge_date: date) -> list[Place]:
    """Files of a source's `<dataset>/<day>/…` whose day is expired; relative to `root`."""
    return [
        place
        for path in _files_before(root / dataset, purge_date)
        if _path_day(path.relative_to(root))
        and (place := _place(root, kind, path))
        and is_expired(place.day, purge_date)
    ]


def delete_files(root: Path, places: Iterable[Place]) -> None:
    """Unlinks the places' files, manifests before what they vouch for, and emptied folders."""
    paths = [root / place.reference for place in places]
    for path in sorted(paths, key=lambda path: (path.parent, path.name != "manifest.json", path)):
        path.unlink(missing_ok=True)
    for folder in sorted({path.parent for path in paths}, key=lambda path: -len(path.parts)):
        _remove_empty(folder, root)


def key_places(home: Path, tier: str, purge_date: date) -> list[Place]:
    """Epoch keys whose last day is expired, and the control key when nothing needs it any more."""
    return _epoch_key_places(home, tier, purge_date) + _control_key_places(home, tier, purge_date)


def _control_key_places(home: Path, tier: str, purge_date: date) -> list[Place]:
    """Found by the purge after the one that took the last record."""
    folder = home / "keys" / tier
    path = folder / "control.key"
    records = (home / each.format(tier=tier) for each in CONTROL_KEY_RECORDS)
    is_needed = any(folder.glob("epoch-*.key")) or any(_all_files(each) for each in records)
    if is_needed or not path.exists():
        return []
    day = oldest_kept_date(purge_date) - timedelta(days=1)
    return [Place("keys", path.relative_to(home).as_posix(), day, path.stat().st_size)]


def _epoch_key_places(home: Path, tier: str, purge_date: date) -> list[Place]:
    return [
        Place("keys", path.relative_to(home).as_posix(), day, path.stat().st_size)
        for path in sorted((home / "keys" / tier).glob("epoch-*.key"))
        if (day := key_day(path.name)) and is_expired(day, purge_date)
    ]


def copies_of_accounts(home: Path, tier: str, keys: Iterable[Place]) -> list[Place]:
    """Consent and assignments as landed, when a key goes: they hold account keys made with it."""
    last_day = max((place.day for place in keys), default=None)
    return [
        place._replace(day=last_day)
        for dataset in ("consent", "assignments")
        for path in _all_files(home / "landing" / tier / dataset)
        if last_day and (place := _place(home, f"landing/{dataset}", path))
    ]


def destroy_keys(home: Path, places: Iterable[Place]) -> None:
    """Overwrites, then unlinks: on a disk that writes in place nothing of the key is left."""
    for place in places:
        path = home / place.reference
        if not path.exists():
            continue
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


def log_places(home: Path, purge_date: date) -> list[Place]:
    """Logs below `logs/` that hold a line of an expired day, or were last written on one."""
    found = []
    for path in _all_files(home / "logs"):
        days = [day for day, _ in _dated_lines(path) if day] or [_modified_day(path)]
        if is_expired(min(days), purge_date):
            size = path.stat().st_size
            found.append(Place("logs", path.relative_to(home).as_posix(), min(days), size))
    return found


def cut_logs(home: Path, places: Iterable[Place], purge_date: date) -> None:
    """Takes expired lines out of logs in place: a process that appends to one keeps its file."""
    for place in places:
        path = home / place.reference
        if not path.exists():
            continue
        kept = [line for day, line in _dated_lines(path) if day and not is_expired(day, purge_date)]
        if not kept:
            path.unlink()
            continue
        with path.open("r+b") as file:
            file.write(b"".join(kept))
            file.truncate()


def remove_leftovers(home: Path, tier: str) -> int:
    """Drafts and spill files of killed processes. Call it under the tier's lock: nobody works."""
    zones = ("landing", "candidates", "exports", "state", "keys")
    found = [path for zone in zones for path in _hidden_files(str(home / zone / tier))]
    found += map(str, (home / "warehouse").glob(f".{tier}.duckdb*"))
    spill = home / "warehouse" / ".spill" / tier
    found += map(str, _all_files(spill))
    for path in set(found):
        Path(path).unlink(missing_ok=True)
    return len(set(found))


def _hidden_files(folder: str) -> Iterator[str]:
    """Files below `folder` that are hidden, or in a hidden folder."""
    for parent, _, names in os.walk(folder):
        is_hidden = "/." in parent[len(folder) :]
        yield from (f"{parent}/{name}" for name in names if is_hidden or name.startswith("."))


def _dated_lines(path: Path) -> Iterator[tuple[date | None, bytes]]:
    """Lines with their day: that of the date near their start, else of the line before."""
    day = None
    with path.open("rb") as file:
        for line in file:
            day = _line_day(line) or day
            yield day, line


def _line_day(line: bytes) -> date | None:
    found = _LINE_DATE.search(line[:_LINE_HEAD_BYTES])
    return _to_date(found[0].decode()) if found else None


def _files_before(folder: Path, purge_date: date) -> Iterator[Path]:
    """`folder` itself where it is a file, else the files below; days that are kept not entered."""
    if not folder.is_dir():
        yield from [folder] if folder.exists() else []
        return
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            day = _name_day(entry.name)
            if day is None or is_expired(day, purge_date):
                yield from _files_before(entry, purge_date)
        else:
            yield entry


def _all_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if not path.is_dir())


def _place(root: Path, kind: str, path: Path) -> Place:
    relative = path.relative_to(root)
    status = path.lstat()
    day = _path_day(relative) or _named_inside(kind, path) or _modified_day(path)
    return Place(kind, relative.as_posix(), day, status.st_size, str(status.st_mtime_ns))


def _named_inside(kind: str, path: Path) -> date | None:
    """An object set aside goes with its source day, however lately it was set aside."""
    if kind != "state/quarantine":
        return None
    try:
        return _to_date(str(json.loads(path.read_bytes()).get("source_date")))
    except (ValueError, AttributeError):
        return None


def _path_day(relative: Path) -> date | None:
    """The day that a path names; the outermost one: what lies deeper is part of that day."""
    return next((day for part in relative.parts if (day := _name_day(part))), None)


def _name_day(name: str) -> date | None:
    found = _DATED.match(name)
    return _to_date(found[1]) if found else None


def _to_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _modified_day(path: Path) -> date:
    return datetime.fromtimestamp(path.lstat().st_mtime, UTC).date()


def _remove_empty(folder: Path, root: Path) -> None:
    """Removes emptied folders upwards, as far as the one that names a day."""
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        if _name_day(folder.name):
            return
        folder = folder.parent
