"""A spill folder is a DuckDB connection's own: what a killed run left in it is text in the open."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def spill_folder(path: Path) -> Iterator[Path]:
    """An empty folder, emptied and removed again at the end."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
