"""What was decoded once and has not changed since, so that a daily check costs a listing.

Everything is listed on every check; only what an entry stands for is not decoded again. Entries
name a file by device, inode, size and both its times of change (the second of which no program can
set back), an object by a hash of its key and version; one that is not met again is forgotten.
Nothing is remembered for longer than a week: a check then decodes everything again, so that neither
a disk that lies about its files nor an edited memory hides anything for long. Each check says how
much of it was remembered.
"""

import hashlib
import json
import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

WHOLE_EVERY_DAYS = 7
_UNREADABLE = "unreadable"


class Memory:
    """Oldest instants by token, kept in `path` since `whole_on`, the day of the last check that
    decoded everything. Without a path or a day of today nothing is remembered."""

    def __init__(self, path: Path | None, today: date | None = None) -> None:
        self.path = path if today else None
        self.whole_on, self._known = _load(self.path, today)
        self._met: dict[str, str | None] = {}
        self._decoded_count = 0

    def recall(
        self, parts: tuple, decode: Callable[[], datetime | None]
    ) -> tuple[datetime | None, bool]:
        """The oldest instant and whether the content could be read."""
        token = hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()
        if self._known.get(token, _UNREADABLE) == _UNREADABLE:
            self._decoded_count += 1
            self._known[token] = _decoded(decode)
        found = self._met[token] = self._known[token]
        if found == _UNREADABLE:
            return None, False
        return (datetime.fromisoformat(found) if found else None), True

    def evidence(self) -> dict:
        """How many places were decoded now, how many before, and since when none is older."""
        return {
            "decoded_count": self._decoded_count,
            "remembered_count": max(len(self._met) - self._decoded_count, 0),
            "whole_on": self.whole_on and self.whole_on.isoformat(),
        }

    def save(self) -> None:
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        draft.write_text(json.dumps({"whole_on": str(self.whole_on), "oldest": self._met}))
        draft.replace(self.path)


def _decoded(decode: Callable[[], datetime | None]) -> str | None:
    """Whatever a decoder raises, the content is unreadable: its words may quote data."""
    try:
        oldest = decode()
    except Exception:
        return _UNREADABLE
    return oldest.isoformat() if oldest else None


def _load(path: Path | None, today: date | None) -> tuple[date | None, dict[str, str | None]]:
    """Nothing where the file is missing, damaged, a week old, or from a day to come."""
    if path is None:
        return today, {}
    try:
        stored = json.loads(path.read_text())
        whole_on, known = date.fromisoformat(stored["whole_on"]), dict(stored["oldest"])
    except (OSError, ValueError, KeyError, TypeError):
        return today, {}
    is_fresh = 0 <= (today - whole_on).days < WHOLE_EVERY_DAYS
    return (whole_on, known) if is_fresh else (today, {})
