"""Files that appear whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A draft path beside `path`, renamed onto it when the block ends well, else removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield draft
        sync(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync(path.parent)


def write_whole(path: Path, content: bytes) -> None:
    with whole(path) as draft:
        draft.write_bytes(content)


def remove_drafts(folder: Path) -> None:
    """Removes what killed processes left under draft names below `folder`."""
    for draft in folder.rglob(".*.tmp"):
        draft.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """What was written to a file, or done to a folder's names, is on the disk when this returns."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
