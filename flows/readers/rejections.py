"""What a tool result says about a human's decision: rejected (with words or without), to be
clarified, plan approved. Known by the client's sentences, which the model reads as well."""

import msgspec

from flows.readers.human import Act
from flows.readers.records import Block, TextBlock
from flows.readers.tools import PLAN_TOOLS

REJECTED_STARTS = (
    "The user doesn't want to proceed with this tool use.",
    "The user doesn't want to take this action right now.",
)
WORDS_MARK = "the user said:\n"
CLARIFY_START = "The user wants to clarify these questions"
NOTE_MARK = "\n\nNote: The user's next message may contain a correction or preference."
_APPROVED_STARTS = (b'"User has approved your plan', b'"User has approved exiting plan mode')

_decode_content = msgspec.json.Decoder(str | list[TextBlock] | None).decode
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def read_decision(block: Block, tool_name: str | None) -> Act | None:
    """The human's decision in a tool_result block; None where it is a plain result."""
    if block.is_error is True:
        return _read_rejection(content_text(block.content), tool_name)
    if tool_name in PLAN_TOOLS or tool_name is None:
        start = bytes(memoryview(block.content)[:64])
        return Act("plan_approval") if start.startswith(_APPROVED_STARTS) else None
    return None


def content_text(raw_content: msgspec.Raw) -> str:
    """The text of a tool result, a string or blocks; empty where it is neither."""
    try:
        content = _decode_content(raw_content)
    except _UNREADABLE:
        return ""
    if isinstance(content, list):
        return "\n".join(block.text or "" for block in content)
    return content or ""


def _read_rejection(text: str, tool_name: str | None) -> Act | None:
    if not text.startswith(REJECTED_STARTS):
        return None
    words = text.partition(WORDS_MARK)[2].partition(NOTE_MARK)[0].strip()
    if words.startswith(CLARIFY_START):
        return Act("clarification")
    kind = "plan_rejection" if tool_name in PLAN_TOOLS else "rejection"
    return Act(kind, words=words or None)
