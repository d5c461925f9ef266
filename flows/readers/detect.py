"""Which format a file is in. A format that no reader knows is refused, not guessed at."""

from collections.abc import Iterator
from itertools import islice

import msgspec

from flows.readers.claude_code import TYPES_WITHOUT_EVENT
from flows.readers.decoding import repair
from flows.readers.long_lines import Line, LongLine, line_length

HEAD_LINES = 64
HEAD_BYTES = 16 << 20
CLAUDE_CODE = "claude_code"

_WITH_MESSAGE = frozenset(("user", "assistant"))
_WITH_SESSION = TYPES_WITHOUT_EVENT | {"system", "attachment", "queue-operation"}
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class _Head(msgspec.Struct, gc=False):
    """The fields by which a line of a Claude Code transcript is known."""

    type: str
    sessionId: msgspec.Raw = msgspec.Raw()
    session_id: msgspec.Raw = msgspec.Raw()
    message: msgspec.Raw = msgspec.Raw()
    messageId: msgspec.Raw = msgspec.Raw()
    leafUuid: msgspec.Raw = msgspec.Raw()


_decode = msgspec.json.Decoder(_Head).decode


def detect_format(lines: Iterator[Line]) -> tuple[str | None, list[Line]]:
    """(format, lines taken): takes lines until one tells the format, which is None where none of
    the first HEAD_LINES or HEAD_BYTES does."""
    head, size = [], 0
    for line in islice(lines, HEAD_LINES):
        head.append(line)
        if _is_claude_code(line):
            return CLAUDE_CODE, head
        size += line_length(line)
        if size > HEAD_BYTES:
            break
    return None, head


def _is_claude_code(line: Line) -> bool:
    kept = line.kept if type(line) is LongLine else line
    head = kept and (_decoded(kept) or _decoded(repair(kept)))
    if not head:
        return False
    has_session = bool(bytes(head.sessionId) or bytes(head.session_id))
    if head.type in _WITH_MESSAGE:
        return has_session and bytes(head.message).startswith(b"{")
    if head.type not in _WITH_SESSION:
        return False
    return has_session or bool(bytes(head.messageId) or bytes(head.leafUuid))


def _decoded(line: bytes) -> _Head | None:
    try:
        return _decode(line)
    except _UNREADABLE:
        return None
