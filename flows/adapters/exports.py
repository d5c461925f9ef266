"""The folders of candidates and exports: finds, publishes and withdraws.

A folder without a manifest is not an export. Files are published under names made of their
content, then the manifest is replaced in one step, then files that it does not name are removed:
whenever the process dies, the manifest in force and the files that it names agree.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from flows.adapters.files import remove_drafts, sync, whole, write_whole
from flows.policy.errors import WinnowError
from flows.policy.manifests import manifest_bytes

MANIFEST = "manifest.json"
MECHANISM_RECORD = "mechanism.json"
_CHUNK_BYTES = 1 << 20


class ExportStore:
    """One tier's candidates, exports and the durable records of its releases."""

    def __init__(self, home: Path, tier: str) -> None:
        self.candidates = home / "candidates" / tier
        self.exports = home / "exports" / tier
        self.records = home / "state" / tier / "releases"

    def names(self) -> list[str]:
        """Every export of which there is a candidate, a release or a record."""
        roots = (self.candidates, self.exports, self.records)
        return sorted({name for root in roots for name in _folders(root)})

    def candidate_days(self, export: str) -> list[date]:
        """Days with a candidate: a folder that holds anything but drafts."""
        return [day for day, folder in _days(self.candidates / export) if _entries(folder)]

    def released_days(self, export: str) -> list[date]:
        """Days of which anything of a release is left, whole or not."""
        published = {day for day, _ in _days(self.exports / export)}
        recorded = {_day(path.stem) for path in (self.records / export).glob("*.json")}
        return sorted(published | recorded - {None})

    def candidate_folder(self, export: str, day: date) -> Path:
        return self.candidates / export / f"date={day}"

    def export_folder(self, export: str, day: date) -> Path:
        return self.exports / export / f"date={day}"

    def candidate_digests(self, export: str, day: date) -> dict[str, str]:
        """The SHA-256 of everything in a candidate's folder, by name; removes drafts first."""
        folder = self.candidate_folder(export, day)
        remove_drafts(folder)
        return {path.name: sha256_of(path) for path in _entries(folder) if path.is_file()}

    def has_mechanism_record(self, export: str, day: date) -> bool:
        return (self.candidate_folder(export, day) / MECHANISM_RECORD).exists()

    def manifest(self, export: str, day: date) -> dict | None:
        """The manifest in force, None unless every file that it names is there, byte for byte."""
        folder = self.export_folder(export, day)
        document = _read_json(folder / MANIFEST)
        if document is None or not _files(document):
            return None
        is_whole = all(_has_content(folder / name, sha) for name, sha in _files(document).items())
        return document if is_whole else None

    def record(self, export: str, day: date) -> dict | None:
        """The manifest of the last release that was decided, published or not."""
        return _read_json(self._record_path(export, day))

    def publish(self, export: str, day: date, document: dict, sources: Mapping[str, str]) -> None:
        """Records the release, copies its files, puts the manifest into force, removes the rest.

        `sources` maps a candidate's file to its released name. Raises WinnowError, with nothing
        put into force, when a candidate is no longer what was checked.
        """
        content = manifest_bytes(document)
        write_whole(self._record_path(export, day), content)
        folder = self.export_folder(export, day)
        digests = _files(document)
        for source, name in sources.items():
            _copy(self.candidate_folder(export, day) / source, folder / name, digests[name])
        write_whole(folder / MANIFEST, content)
        self.sweep(export, day)

    def sweep(self, export: str, day: date) -> None:
        """Removes what the manifest in force does not name: old files and drafts."""
        folder = self.export_folder(export, day)
        kept = {MANIFEST, *_files(_read_json(folder / MANIFEST) or {})}
        for path in sorted(folder.iterdir()):
            if path.name not in kept:
                _remove(path)

    def withdraw(self, export: str, day: date) -> None:
        """Takes a release back: its manifest first, its record last."""
        folder = self.export_folder(export, day)
        (folder / MANIFEST).unlink(missing_ok=True)
        if folder.is_dir():
            sync(folder)
            shutil.rmtree(folder)
        self._record_path(export, day).unlink(missing_ok=True)

    def _record_path(self, export: str, day: date) -> Path:
        return self.records / export / f"{day}.json"


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _copy(source: Path, target: Path, digest: str) -> None:
    if _has_content(target, digest):
        return
    with whole(target) as draft:
        shutil.copyfile(source, draft, follow_symlinks=False)
        if not _has_content(draft, digest):
            raise WinnowError(
                f"the candidate {target.parent.parent.name}/{target.parent.name} changed after it"
                " was checked",
                remedy="run one export a tier at a time, and write candidates in the build alone",
            )


def _has_content(path: Path, digest: str) -> bool:
    return path.is_file() and not path.is_symlink() and sha256_of(path) == digest


def _read_json(path: Path) -> dict | None:
    try:
        document = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def _files(document: dict) -> dict[str, str]:
    """name → SHA-256 of what a manifest names; empty for one that is not of our making."""
    try:
        return {entry["name"]: entry["sha256"] for entry in document["files"]}
    except (KeyError, TypeError):
        return {}


def _folders(root: Path) -> Iterator[str]:
    if root.is_dir():
        yield from (path.name for path in root.iterdir() if path.is_dir() and path.name[0] != ".")


def _days(root: Path) -> list[tuple[date, Path]]:
    found = ((_day(name.removeprefix("date=")), root / name) for name in _folders(root))
    return sorted((day, folder) for day, folder in found if day)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None


def _entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.endswith(".tmp"))


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
