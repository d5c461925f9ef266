"""git-ai's authorship notes (refs/notes/ai): which lines of a commit which session wrote.

A note has one block a file, the path and below it `  <key> <lines>` (`12`, `3-7`, comma-separated),
then `---` and metadata in JSON. A key is looked up in `sessions` up to its `::`, or in `prompts`;
`h_…` are humans. Format: authorship/3.0.0 of git-ai.
"""

from bisect import bisect_right
from collections.abc import Sequence

import msgspec

from flows.survival.attribution import Claims, NewLines

REF = "refs/notes/ai"

Spans = list[tuple[int, int, str]]


class _AgentId(msgspec.Struct):
    id: str = ""


class _Author(msgspec.Struct):
    agent_id: _AgentId | None = None


class _Metadata(msgspec.Struct):
    """Only what names a session: a note's messages are never decoded."""

    sessions: dict[str, _Author] = {}
    prompts: dict[str, _Author] = {}


_DECODER = msgspec.json.Decoder(_Metadata)


def parse_note(note: bytes) -> dict[bytes, Spans]:
    """For each path (first line, last line, session id), as the agent's product names sessions.

    Empty for a note in a form that is not known.
    """
    attested, _, metadata = (b"\n" + note).partition(b"\n---\n")
    try:
        authors = _DECODER.decode(metadata)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    files: dict[bytes, Spans] = {}
    path = b""
    for line in attested.split(b"\n"):
        if line.startswith(b"  "):
            files.setdefault(path, []).extend(_spans(line.strip(), authors))
        elif line:
            path = line.strip(b'"')
    return {path: spans for path, spans in files.items() if spans}


def _spans(attestation: bytes, authors: _Metadata) -> Spans:
    key, _, lines = attestation.decode(errors="replace").rpartition(" ")
    session = key.partition("::")[0]
    author = authors.sessions.get(session) or authors.prompts.get(key)
    if author is None or author.agent_id is None or not author.agent_id.id:
        return []
    return [(*span, author.agent_id.id) for part in lines.split(",") if (span := _span(part))]


def _span(part: str) -> tuple[int, int] | None:
    first, _, last = part.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        return None
    return int(first), int(last or first)


class NoteSource:
    """Claims what the notes attest. `notes`: position → parsed note; `places`: session id → its
    place in the ledger."""

    def __init__(self, notes: dict[int, dict[bytes, Spans]], places: dict[str, int]) -> None:
        self._notes = notes
        self._places = places

    def concerns(self, position: int) -> bool:
        return position in self._notes

    def claims(self, position: int, added: Sequence[NewLines]) -> Claims:
        note = self._notes[position]
        return [self._owners(sorted(note.get(path, ())), lines) for path, lines in added]

    def _owners(self, spans: Spans, lines: Sequence[tuple[int, bytes]]) -> list[int | None]:
        return [self._owner(spans, number) for number, _ in lines]

    def _owner(self, spans: Spans, number: int) -> int | None:
        """Of overlapping attestations the one that starts last."""
        for first, last, session in reversed(spans[: bisect_right(spans, (number + 1,))]):
            if first <= number <= last:
                return self._places[session]
        return None
