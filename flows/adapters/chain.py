"""A chain of records on disk: appended under a lock, never rewritten, each sealed with the hash of
the one before. Its head stands in a file of its own, so that a cut tail is seen too."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from flows.adapters.files import write_whole
from flows.policy.errors import WinnowError
from flows.policy.receipts import FIRST, is_chain_whole, sealed

_LOCK_SECONDS = 60


class Chain:
    """`<folder>/<name>.jsonl`; `broken` makes the error for a chain that does not hold."""

    def __init__(self, folder: Path, name: str, broken: Callable[[], WinnowError]) -> None:
        self.folder = folder
        self.path = folder / f"{name}.jsonl"
        self.head_path = folder / "head"
        self._lock = FileLock(folder / f"{name}.lock", timeout=_LOCK_SECONDS)
        self._broken = broken

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else appends meanwhile; may be nested. Raises filelock.Timeout after a minute."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock:
            yield

    def append(self, body: dict) -> str:
        """Adds a record, durably, and returns its hash. Raises WinnowError for a broken chain."""
        with self.locked():
            self._drop_half_line()
            records = self.read()
            if not self.is_whole():
                raise self._broken()
            record = sealed(body, records[-1]["hash"] if records else FIRST)
            self._write_line(record)
            write_whole(self.head_path, record["hash"].encode())
        return record["hash"]

    def read(self) -> list[dict]:
        """Every record, oldest first. Raises WinnowError when a line is not one."""
        lines = self.path.read_bytes().split(b"\n") if self.path.exists() else []
        try:
            return [json.loads(line) for line in lines[:-1]]
        except ValueError:
            pass
        raise self._broken()

    def is_whole(self) -> bool:
        head = self.head_path.read_text() if self.head_path.exists() else FIRST
        try:
            return is_chain_whole(self.read(), head)
        except (WinnowError, AttributeError):
            return False

    def _write_line(self, record: dict) -> None:
        with self.path.open("ab") as file:
            file.write(json.dumps(record).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _drop_half_line(self) -> None:
        """A process killed while writing leaves a line without its end: it was never a record."""
        if not self.path.exists():
            return
        content = self.path.read_bytes()
        whole_length = content.rfind(b"\n") + 1
        if whole_length < len(content):
            os.truncate(self.path, whole_length)
