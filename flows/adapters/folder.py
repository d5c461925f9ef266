"""A source that is a folder of files."""

import os
import shutil
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from flows.adapters.files import whole
from flows.adapters.sources import SourceObject
from flows.policy.errors import TransientError, WinnowError


class FolderSource:
    connections = 1

    def __init__(self, root: Path) -> None:
        self.root = root

    def check(self) -> None:
        if not os.access(self.root, os.R_OK | os.X_OK) or not self.root.is_dir():
            raise WinnowError(
                f"the source folder {self.root} is missing or cannot be read",
                remedy="create it, make it readable, or set WINNOW_<TIER>__SOURCE",
            )

    def folders(self, prefix: str) -> list[str]:
        folder = self.root / prefix
        if not folder.is_dir():
            return []
        return sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())

    def objects(self, prefix: str) -> Iterator[SourceObject]:
        for entry in self._entries(prefix):
            path = f"{prefix}/{entry.name}"
            # Links are not followed: one could lead out of the tier's source.
            if entry.is_dir(follow_symlinks=False):
                yield from self.objects(path)
            elif not entry.is_symlink() and not entry.name.startswith("."):
                status = entry.stat(follow_symlinks=False)
                version = f"{status.st_mtime_ns}-{status.st_size}"
                yield SourceObject(path, version, status.st_size)

    def fetch(self, item: SourceObject, staging: Path) -> BinaryIO:
        try:
            return FileIO(f"{self.root}/{item.path}")
        except OSError as error:
            reason = os.strerror(error.errno or 0)
        raise TransientError(
            f"a source object cannot be opened ({reason})",
            remedy="winnow tries again, then sets the object aside by reference",
        )

    def put(self, path: str, content: BinaryIO) -> None:
        with whole(self.root / path) as draft, draft.open("wb") as file:
            shutil.copyfileobj(content, file)

    def _entries(self, prefix: str) -> list[os.DirEntry]:
        try:
            return list(os.scandir(self.root / prefix))
        except FileNotFoundError:
            return []
        except OSError as error:
            reason = os.strerror(error.errno or 0)
        raise WinnowError(
            f"a folder of the source cannot be listed ({reason})",
            remedy="make every folder below the source readable: what stands in this one would go "
            "missing unseen",
        )
