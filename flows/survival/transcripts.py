"""The lines that a session's edits left, read from its transcript (Claude Code's JSON lines)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from flows.survival.effective import is_effective


class _Hunk(msgspec.Struct):
    lines: list[str] = []


class _Result(msgspec.Struct, rename="camel"):
    """What an edit tool answered; the file as it was before is never decoded."""

    file_path: str | None = None
    structured_patch: list[_Hunk] | None = None
    old_string: str | None = None
    new_string: str | None = None
    type: str | None = None
    content: msgspec.Raw = msgspec.Raw(b"null")


class _Record(msgspec.Struct, rename="camel"):
    session_id: str | None = None
    uuid: str | None = None
    timestamp: str | None = None
    tool_use_result: msgspec.Raw = msgspec.Raw(b"null")


_RECORD = msgspec.json.Decoder(_Record)
_RESULT = msgspec.json.Decoder(_Result)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, ValueError)


@dataclass(slots=True)
class TranscriptSession:
    """A session's span in Unix seconds, and per edited file its net new lines: form → how often."""

    id: str
    started_at: int
    ended_at: int
    lines: dict[str, Counter[bytes]] = field(default_factory=dict)


def read_transcripts(transcripts: Iterable[Iterable[bytes]]) -> list[TranscriptSession]:
    """The sessions of these files' lines, by time. A session may span files (sub-agents, resumed
    ones): an edit that stands in several counts once. Lines that cannot be read are passed over.
    """
    sessions: dict[str, TranscriptSession] = {}
    seen: set[str] = set()
    for transcript in transcripts:
        for line in transcript:
            _read_line(line, sessions, seen)
    return sorted(sessions.values(), key=lambda session: (session.started_at, session.id))


def _read_line(line: bytes, sessions: dict[str, TranscriptSession], seen: set[str]) -> None:
    try:
        record = _RECORD.decode(line)
        moment = int(datetime.fromisoformat(record.timestamp or "").timestamp())
    except _UNREADABLE:
        return
    if not record.session_id:
        return
    session = sessions.setdefault(
        record.session_id, TranscriptSession(record.session_id, moment, moment)
    )
    session.started_at = min(session.started_at, moment)
    session.ended_at = max(session.ended_at, moment)
    if record.uuid not in seen:
        seen.update([record.uuid] if record.uuid else ())
        _apply(record.tool_use_result, session)


def _apply(answer: msgspec.Raw, session: TranscriptSession) -> None:
    """One edit: what it takes away again was not the session's final word."""
    if b'"filePath"' not in bytes(answer):
        return
    try:
        result = _RESULT.decode(answer)
        removed, added = _changed(result)
    except _UNREADABLE:
        return
    if not result.file_path:
        return
    path = result.file_path.replace("\\", "/")
    if result.type == "create":
        session.lines.pop(path, None)
    lines = session.lines.setdefault(path, Counter())
    lines.subtract(form for form in removed if lines[form] > 0)
    lines.update(added)


def _changed(result: _Result) -> tuple[list[bytes], list[bytes]]:
    """(forms removed, effective forms added)."""
    if result.structured_patch:
        lines = [line for hunk in result.structured_patch for line in hunk.lines]
        removed = [line[1:] for line in lines if line.startswith("-")]
        return _forms(removed), _forms([line[1:] for line in lines if line.startswith("+")])
    if result.type == "create":
        return [], _forms(msgspec.json.decode(result.content, type=str).split("\n"))
    before, after = result.old_string or "", result.new_string or ""
    return _forms(before.split("\n")), _forms(after.split("\n"))


def _forms(lines: list[str]) -> list[bytes]:
    forms = ("".join(line.split()).encode(errors="replace") for line in lines)
    return [form for form in forms if is_effective(form)]
