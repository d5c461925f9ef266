"""Purge receipts on disk: `state/purge/receipts.jsonl`, appended under a lock, never rewritten."""

import json
import os
from pathlib import Path

from filelock import FileLock

from flows.adapters.files import write_whole
from flows.policy.errors import WinnowError
from flows.policy.receipts import FIRST, is_chain_whole, sealed

_LOCK_SECONDS = 60


class Receipts:
    """The chain below `home`. Its head stands in a file of its own: a cut tail is seen too."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "state" / "purge"
        self.path = self.folder / "receipts.jsonl"
        self.head_path = self.folder / "head"

    def append(self, body: dict) -> str:
        """Adds a receipt and returns its hash. Raises WinnowError when the chain is broken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / "receipts.lock", timeout=_LOCK_SECONDS):
            self._drop_half_line()
            receipts = self.read()
            if not self.is_whole():
                raise broken_chain()
            receipt = sealed(body, receipts[-1]["hash"] if receipts else FIRST)
            self._write_line(receipt)
            write_whole(self.head_path, receipt["hash"].encode())
        return receipt["hash"]

    def read(self) -> list[dict]:
        """Every receipt, oldest first. Raises WinnowError when a line is not a receipt."""
        lines = self.path.read_bytes().split(b"\n") if self.path.exists() else []
        try:
            return [json.loads(line) for line in lines[:-1]]
        except ValueError:
            pass
        raise broken_chain()

    def is_whole(self) -> bool:
        head = self.head_path.read_text() if self.head_path.exists() else FIRST
        try:
            return is_chain_whole(self.read(), head)
        except (WinnowError, AttributeError):
            return False

    def _write_line(self, receipt: dict) -> None:
        with self.path.open("ab") as file:
            file.write(json.dumps(receipt).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _drop_half_line(self) -> None:
        """A process killed while writing leaves a line without its end: it was never a receipt."""
        if not self.path.exists():
            return
        content = self.path.read_bytes()
        whole_length = content.rfind(b"\n") + 1
        if whole_length < len(content):
            os.truncate(self.path, whole_length)


def broken_chain() -> WinnowError:
    return WinnowError(
        "the chain of purge receipts is broken: state/purge was changed by hand or by a fault",
        remedy="restore state/purge from where you keep copies; if there is none, move the folder "
        "away, keep it as evidence, and purge: a new chain begins",
    )
