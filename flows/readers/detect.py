"""Which format a file is in. A format that no reader knows is refused, not guessed at."""

from collections.abc import Iterable

import msgspec

from flows.readers.claude_code import TYPES_WITHOUT_EVENT
from flows.readers.decoding import repair

HEAD_LINES = 64
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


def detect_format(head: Iterable[bytes | int]) -> str | None:
    """The format of a file that begins with these lines (HEAD_LINES are enough); None: unknown."""
    return CLAUDE_CODE if any(_is_claude_code(line) for line in head) else None


def _is_claude_code(line: bytes | int) -> bool:
    if type(line) is int:
        return False
    try:
        head = _decode(repair(line))
    except _UNREADABLE:
        return False
    has_session = bool(bytes(head.sessionId) or bytes(head.session_id))
    if head.type in _WITH_MESSAGE:
        return has_session and bytes(head.message).startswith(b"{")
    if head.type not in _WITH_SESSION:
        return False
    return has_session or bool(bytes(head.messageId) or bytes(head.leafUuid))
