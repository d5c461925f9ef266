"""`user` records: human acts, tool results, and what the client writes in the user's name.

One Esc is one act: the interruption marker behind a rejection is no event, and where Esc turned
down several parallel calls, the first result is the rejection, the others are tool results.
"""

from flows.readers.envelope import Envelope
from flows.readers.human import INTERRUPTIONS, Act, read_act
from flows.readers.records import Block, Record
from flows.readers.rejections import read_decision
from flows.readers.state import FileState
from flows.readers.tally import Refused
from flows.readers.tools import NO_CHANGE, changed_lines, tool_kind

_TYPED_SOURCES = ("typed", "queued")
_MACHINE_ENTRYPOINTS = ("sdk-", "claude-code-github-action", "mcp")
_KINDS_THAT_CHANGE_FILES = ("edit", "write", None)


def read_user(record: Record, state: FileState) -> list[tuple]:
    """Rows of a user record; none where the client wrote it.

    Raises Refused (`bad_schema`) for a record without content.
    """
    content = record.message.content if record.message else None
    if content is None:
        raise Refused("bad_schema")
    if isinstance(content, str):
        return _text_rows(record, [Block("text", text=content)], state)
    rows = _result_rows(record, content, state)
    if len(rows) == len(content):
        return rows
    return rows + _text_rows(record, content, state)


def _result_rows(record: Record, blocks: list[Block], state: FileState) -> list[tuple]:
    results = [(n, block) for n, block in enumerate(blocks) if block.type == "tool_result"]
    if not results:
        return []
    envelope = Envelope(record, state.keys)
    is_lone = len(results) == 1
    return [_result_row(record, n, block, is_lone, envelope, state) for n, block in results]


def _result_row(
    record: Record, ordinal: int, block: Block, is_lone: bool, envelope: Envelope, state: FileState
) -> tuple:
    name = state.close_call(block.tool_use_id)
    kind = tool_kind(name)
    act = read_decision(block, name)
    if act is None:
        # `toolUseResult` is of the record: with several results nobody knows whose it is.
        changes = is_lone and kind in _KINDS_THAT_CHANGE_FILES
        lines = changed_lines(record.toolUseResult) if changes else NO_CHANGE
        is_error = block.is_error is True
        return envelope.row(
            ordinal, "tool", "tool_result", tool_kind=kind, is_error=is_error, lines=lines
        )
    if state.is_same_act(envelope, act):
        return envelope.row(ordinal, "tool", "tool_result", tool_kind=kind)
    row = envelope.act_row(ordinal, act, kind)
    if act.kind != "plan_approval":
        state.turn_down(row)
    return row


def _text_rows(record: Record, blocks: list[Block], state: FileState) -> list[tuple]:
    acts = _acts(record, blocks)
    if not acts:
        return []
    envelope = Envelope(record, state.keys)
    rows = [row for n, act in acts if (row := _act_row(record, n, act, envelope, state))]
    if rows:
        state.go_on()
    return rows


def _acts(record: Record, blocks: list[Block]) -> list[tuple[int, Act]]:
    """(ordinal, act) of each act in the record's text blocks."""
    if record.isCompactSummary is True:
        return [(0, Act("summary", actor="system"))]
    if _is_machine_record(record):
        return []
    if bytes(record.planContent) not in (b"", b"null"):
        return [(0, Act("plan_approval"))]
    texts = [
        (n, block.text) for n, block in enumerate(blocks) if block.type == "text" and block.text
    ]
    markers = [(n, Act("interruption")) for n, text in texts if text.strip() in INTERRUPTIONS]
    if markers:
        texts = [(n, text) for n, text in texts if text.strip() not in INTERRUPTIONS]
    return markers + _written_acts(texts, blocks)


def _written_acts(texts: list[tuple[int, str]], blocks: list[Block]) -> list[tuple[int, Act]]:
    """The act that the text blocks make up together; an image alone is a prompt without words."""
    if not texts:
        images = [(n, Act("prompt")) for n, block in enumerate(blocks) if block.type == "image"]
        return images[:1]
    if len(texts) > 1:
        texts = [(n, text) for n, text in texts if read_act(text)] or texts[:1]
    act = read_act("\n".join(text for _, text in texts))
    return [(texts[0][0], act)] if act else []


def _act_row(
    record: Record, ordinal: int, act: Act, envelope: Envelope, state: FileState
) -> tuple | None:
    if act.kind == "interruption":
        return None if state.is_same_act(envelope, act) else envelope.act_row(ordinal, act)
    if act.actor != "user":
        return envelope.act_row(ordinal, act)
    if envelope.is_sidechain:
        return envelope.act_row(ordinal, Act("prompt", actor="agent"))
    if _is_program(record):
        return envelope.act_row(ordinal, Act("other", actor="system"))
    if act.kind == "plan_approval":
        state.approve_plan(envelope)
    state.deliver(envelope, act)
    return envelope.act_row(ordinal, act)


def _is_machine_record(record: Record) -> bool:
    if record.isMeta is True or record.isVisibleInTranscriptOnly is True:
        return True
    return record.origin is not None and record.origin.kind not in (None, "human")


def _is_program(record: Record) -> bool:
    """Whether a program, not a human, used the client. The desktop app says `sdk` in its prompts'
    source, but not in its entry point."""
    if record.promptSource in _TYPED_SOURCES or record.origin is not None:
        return False
    return isinstance(record.entrypoint, str) and record.entrypoint.startswith(_MACHINE_ENTRYPOINTS)
