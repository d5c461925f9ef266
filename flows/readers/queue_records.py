"""Prompts typed while the agent runs: `queue-operation` lines, and the attachments by which newer
clients deliver them in mid-turn."""

import msgspec

from flows.readers.envelope import Envelope, session_of
from flows.readers.human import Act, read_queued_act
from flows.readers.prompt_queue import QueuedPrompt
from flows.readers.records import Block, Record
from flows.readers.state import FileState

_decode_text = msgspec.json.Decoder(str).decode
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def read_queue_operation(record: Record, state: FileState) -> list[tuple]:
    """Rows of earlier lines that can wait no longer; counts its own line: landed where it
    enqueues a human's words, until it is known that another record holds them as well."""
    session_id, text = session_of(record), _text_of(record)
    settled = 0
    if record.operation == "enqueue" and text is not None:
        return _enqueue(record, text, state)
    if record.operation == "dequeue":
        settled = state.queue.dequeue(session_id)
    elif record.operation == "popAll":
        settled = state.queue.pop_all(session_id)
    elif record.operation == "remove":
        state.queue.remove(session_id, text)
    state.tally.settle(settled)
    state.tally.lines_not_event += 1
    return []


def read_attachment(record: Record, state: FileState) -> list[tuple]:
    """The row of a queued human prompt; other attachments are no events."""
    attachment = record.attachment
    if attachment is None or attachment.type != "queued_command":
        return []
    origin = attachment.origin or record.origin
    is_human = origin is None or origin.kind in (None, "human")
    act = (
        _prompt_act(attachment.prompt) if attachment.commandMode == "prompt" and is_human else None
    )
    if act is None or act.actor != "user":
        return []
    envelope = Envelope(record, state.keys)
    state.go_on()
    state.deliver(envelope, act)
    return [envelope.act_row(0, act)]


def _enqueue(record: Record, text: str, state: FileState) -> list[tuple]:
    act = read_queued_act(text)
    row = None
    if act is not None and act.actor == "user" and act.kind != "interruption":
        envelope = Envelope(record, state.keys)
        row = envelope.act_row(state.repeats(envelope.identity), act)
        state.check_admitted(row)
        state.tally.lines_landed += 1
    else:
        state.tally.lines_not_event += 1
    held = (act.typed or act.words or text) if act else text
    state.queue.enqueue(QueuedPrompt(session_of(record), held, row))
    return state.queue.overflow()


def _prompt_act(prompt: str | list[Block] | None) -> Act | None:
    if isinstance(prompt, str):
        return read_queued_act(prompt)
    blocks = prompt or []
    text = "\n".join(block.text for block in blocks if block.type == "text" and block.text)
    if text:
        return read_queued_act(text)
    return Act("prompt") if any(block.type == "image" for block in blocks) else None


def _text_of(record: Record) -> str | None:
    try:
        return _decode_text(record.content).strip() or None
    except _UNREADABLE:
        return None
