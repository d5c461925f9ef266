"""Purging a source that is a folder: the same questions as of an S3 prefix, simpler answers."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from flows.adapters.purge_files import dated_places, delete_files
from flows.policy.retention import Place


class FolderPurge:
    """The files of a tier's source below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def check_deletion_is_true(self) -> None:
        """An unlinked file is gone; copies that others make are not winnow's to see."""

    def places(self, dataset: str, kind: str, purge_date: date) -> list[Place]:
        return dated_places(self.root, dataset, kind, purge_date)

    def account_places(self, account_id: str) -> list[Place]:
        """The account's sessions of every day, whatever their age."""
        folders = sorted((self.root / "sessions").glob("*/"))
        return [
            self._place(path)
            for folder in folders
            for path in sorted((folder / account_id).rglob("*"))
            if not path.is_dir() or path.is_symlink()
        ]

    def _place(self, path: Path) -> Place:
        status = path.lstat()
        day = datetime.fromtimestamp(status.st_mtime, UTC).date()
        reference = path.relative_to(self.root).as_posix()
        version = str(status.st_mtime_ns)
        return Place("source/sessions", reference, day, status.st_size, version)

    def delete(self, places: Iterable[Place]) -> None:
        delete_files(self.root, places)
