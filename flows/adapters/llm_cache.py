"""What a language model said before: keyed hash of what was sent → letters. No text.

`state/<tier>/llm_bits/date=<session_date>/answers.jsonl`: a line an answer, appended as it comes,
so that a run that was stopped goes on where it was; a line without letters is a run in which no
answer came. It expires with the session's day.
"""

import json
from collections.abc import Set
from datetime import date
from pathlib import Path

from flows.adapters.files import write_whole
from flows.adapters.keys import KeyRing

_FIELDS = {"key", "session", "turns", "accomplished"}


class LlmCache:
    """A tier's answers. Keys are made with the key of the session's epoch: when that is destroyed,
    no answer can be matched with a text any more."""

    def __init__(self, home: Path, tier: str) -> None:
        self.folder = home / "state" / tier / "llm_bits"
        self._keys = KeyRing(home / "keys" / tier)
        self._days: dict[date, dict[str, list[tuple]]] = {}

    def key(self, asked: str, day: date) -> str:
        """The key of all that is asked (prompt, model and turns) of a session of `day`."""
        return self._keys.epoch_key("llm_answer", asked, day)

    def get(self, key: str, day: date) -> tuple[list[str], str] | None:
        """The newest answer's letters: a string a turn, and that of the session."""
        return next((found for found in reversed(self._found(key, day)) if found[0]), None)

    def failed_runs(self, key: str, day: date) -> int:
        """How many runs got no answer."""
        return sum(not found[0] for found in self._found(key, day))

    def put(self, key: str, day: date, session_key: str, turns, accomplished: str) -> None:
        self._found(key, day).append((list(turns), accomplished))
        line = {
            "key": key,
            "session": session_key,
            "turns": list(turns),
            "accomplished": accomplished,
        }
        path = self._path(day)
        path.parent.mkdir(parents=True, exist_ok=True)
        # A line feed first: a line that a killed process left half ends there.
        with path.open("ab") as file:
            file.write(b"\n" + json.dumps(line).encode())

    def files_of(self, session_keys: Set[str]) -> list[Path]:
        """The files with answers about any of these sessions."""
        return [
            path
            for path in sorted(self.folder.glob("date=*/answers.jsonl"))
            if any(line["session"] in session_keys for line in _lines(path))
        ]

    def forget(self, session_keys: Set[str]) -> None:
        """Removes every answer about these sessions."""
        for path in self.files_of(session_keys):
            kept = [line for line in _lines(path) if line["session"] not in session_keys]
            write_whole(path, b"".join(b"\n" + json.dumps(line).encode() for line in kept))
        self._days.clear()

    def _path(self, day: date) -> Path:
        return self.folder / f"date={day}" / "answers.jsonl"

    def _found(self, key: str, day: date) -> list[tuple]:
        if day not in self._days:
            path, found = self._path(day), {}
            for line in _lines(path) if path.exists() else []:
                found.setdefault(line["key"], []).append((line["turns"], line["accomplished"]))
            self._days[day] = found
        return self._days[day].setdefault(key, [])


def _lines(path: Path) -> list[dict]:
    """The whole lines of a file; one that is cut or foreign is no answer."""
    found = []
    for text in path.read_bytes().split(b"\n"):
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and set(line) == _FIELDS:
            found.append(line)
    return found
