"""`assistant` records: one block of the agent's message each."""

from flows.readers.envelope import Envelope
from flows.readers.records import Block, Message, Record
from flows.readers.state import FileState
from flows.readers.tally import Refused
from flows.readers.tools import call_arguments, is_memory_path, tool_kind
from flows.readers.values import MAX_TEXT_CHARS, clip, model_family

_CALLS = frozenset(("tool_use", "server_tool_use", "mcp_tool_use"))
_THINKING = frozenset(("thinking", "redacted_thinking"))


def read_assistant(record: Record, state: FileState) -> list[tuple]:
    """One row a block, still without the message's tokens.

    Raises Refused (`bad_schema`) for a record without content.
    """
    message = record.message
    if message is None or message.content is None:
        raise Refused("bad_schema")
    envelope = Envelope(record, state.keys, state.message_key(message.id or record.uuid))
    state.go_on()
    return _rows(record, message, envelope, state)


def _rows(record: Record, message: Message, envelope: Envelope, state: FileState) -> list[tuple]:
    family = model_family(message.model)
    if record.isApiErrorMessage is True:
        return [envelope.row(0, "system", "api_error", model_family=family, is_error=True)]
    if family == "synthetic":
        return [envelope.row(0, "system", "other", model_family=family)]
    blocks = message.content
    if isinstance(blocks, str):
        blocks = [Block("text", text=blocks)]
    return [
        _block_row(block, ordinal, family, message, envelope, state)
        for ordinal, block in enumerate(blocks)
    ]


def _block_row(
    block: Block, ordinal: int, family: str | None, message: Message, envelope: Envelope,
    state: FileState,
) -> tuple:  # fmt: skip
    if block.type in _CALLS:
        return _call_row(block, ordinal, family, message, envelope, state)
    if block.type == "text":
        # No signal reads what sub-agents say.
        text = None if envelope.is_sidechain else clip(block.text, MAX_TEXT_CHARS)
        return envelope.row(
            ordinal, "agent", "reply", model_family=family, text=text, model=message.model
        )
    if block.type in _THINKING:
        return envelope.row(ordinal, "agent", "thinking", model_family=family)
    if block.type.endswith("_tool_result"):
        return envelope.row(ordinal, "tool", "tool_result", tool_kind="other")
    return envelope.row(ordinal, "agent", "other", model_family=family)


def _call_row(
    block: Block, ordinal: int, family: str | None, message: Message, envelope: Envelope,
    state: FileState,
) -> tuple:  # fmt: skip
    name = block.name or ""
    state.open_call(block.id, name)
    kind = tool_kind(name)
    argument, path = call_arguments(name, block.input)
    is_memory = kind in ("edit", "write") and is_memory_path(path)
    return envelope.row(
        ordinal,
        "agent",
        "memory_note" if is_memory else "tool_call",
        tool_kind=kind,
        model_family=family,
        tool_input=argument,
        path=path,
        model=message.model,
    )
