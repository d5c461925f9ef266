"""Files that appear whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.policy.errors import WinnowError


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


def check_out_file(path: Path) -> Path:
    """The file that somebody names for a command's output, its home folder written out.

    Raises WinnowError (exit code 2) where no file can come to stand. A missing folder is made when
    the file is written.
    """
    path = path.expanduser()
    made = next(folder for folder in path.absolute().parents if folder.exists())
    problem = None
    if path.is_dir():
        problem = "is a folder"
    elif not made.is_dir():
        problem = "lies below what is no folder"
    elif not os.access(made, os.W_OK | os.X_OK):
        problem = "lies in a folder that cannot be written to"
    if problem is None:
        return path
    raise WinnowError(f"{path} {problem}", remedy="name a file to write", exit_code=2)


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
