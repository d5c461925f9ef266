"""What was decoded once and has not changed since, so that a daily check costs a listing.

Entries name a file by device, inode, size and time of change, an object by a hash of its key and
version; one that is not met again is forgotten.
"""

import hashlib
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

_UNREADABLE = "unreadable"


class Memory:
    """Oldest instants by token, kept in `path`; with `path` None everything is decoded anew."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._known = _load(path)
        self._met: dict[str, str | None] = {}

    def recall(
        self, parts: tuple, decode: Callable[[], datetime | None]
    ) -> tuple[datetime | None, bool]:
        """The oldest instant and whether the content could be read."""
        token = hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()
        if self._known.get(token, _UNREADABLE) == _UNREADABLE:
            self._known[token] = _decoded(decode)
        found = self._met[token] = self._known[token]
        if found == _UNREADABLE:
            return None, False
        return (datetime.fromisoformat(found) if found else None), True

    def save(self) -> None:
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        draft.write_text(json.dumps(self._met))
        draft.replace(self.path)


def _decoded(decode: Callable[[], datetime | None]) -> str | None:
    """Whatever a decoder raises, the content is unreadable: its words may quote data."""
    try:
        oldest = decode()
    except Exception:
        return _UNREADABLE
    return oldest.isoformat() if oldest else None


def _load(path: Path | None) -> dict[str, str | None]:
    try:
        return json.loads(path.read_text()) if path else {}
    except (OSError, ValueError):
        return {}
