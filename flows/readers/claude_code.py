"""Claude Code transcripts (clients 1.0 – 2.1), JSON Lines → events.

What lands: human prompts, the agent's replies, thinking (without text), tool calls with their
primary argument, tool results (without text), interruptions, rejections, plan decisions, memory
notes, commands, compaction summaries and API errors (without text). What does not: progress,
attachments, titles, snapshots, modes, the client's own messages.
"""

from collections.abc import Iterable, Iterator

from flows.readers.agent_records import read_assistant
from flows.readers.decoding import decode_line
from flows.readers.envelope import Envelope
from flows.readers.long_lines import Line, line_length
from flows.readers.queue_records import read_attachment, read_queue_operation
from flows.readers.records import Record
from flows.readers.rows import EVENT_FIELDS, Admit, Keys, admit_all
from flows.readers.state import FileState
from flows.readers.tally import Refused, Tally
from flows.readers.user_records import read_user

TYPES_WITHOUT_EVENT = frozenset(
    (
        *("progress", "file-history-snapshot", "file-history-delta", "last-prompt", "mode"),
        *("permission-mode", "ai-title", "custom-title", "summary", "pr-link", "bridge-session"),
        *("agent-name", "frame-link"),
    )
)
_MESSAGE_KEY = EVENT_FIELDS.index("message_key")


class ClaudeCodeReader:
    """Reads one file. `tally` accounts for each line; it is final when `read` is exhausted."""

    def __init__(self, keys: Keys, admit: Admit = admit_all) -> None:
        self._state = FileState(keys, admit)

    @property
    def tally(self) -> Tally:
        return self._state.tally

    def read(self, lines: Iterable[Line]) -> Iterator[tuple]:
        """Yields one tuple an event, in the order of EVENT_FIELDS. `lines` keep their newline.

        Raises WinnowError where lines are unaccounted for.
        """
        state, tally, byte_offset = self._state, self.tally, 0
        for line in lines:
            tally.lines_read += 1
            try:
                rows = _read_line(line, state)
            except Refused as refused:
                tally.refuse(refused.reason, byte_offset)
                rows = ()
            byte_offset += line_length(line)
            if rows:
                yield from rows
        yield from state.tokens.release()
        yield from state.queue.drain()
        tally.check()


def _read_line(line: Line, state: FileState) -> list[tuple]:
    """Rows that the line sets free; its own may wait for later lines. Counts the line."""
    record = decode_line(line)
    if record is None:
        state.tally.lines_not_event += 1
        return []
    read = _READERS.get(record.type)
    if read is None:
        raise Refused("unknown_record_type")
    return read(record, state)


def _read_assistant(record: Record, state: FileState) -> list[tuple]:
    rows = read_assistant(record, state)
    state.count(rows)
    if not rows:
        return []
    return state.tokens.add_message(rows[0][_MESSAGE_KEY], record.message.usage, rows)


def _read_user(record: Record, state: FileState) -> list[tuple]:
    rows = read_user(record, state)
    state.count(rows)
    return state.tokens.add(rows) if rows else rows


def _read_attachment(record: Record, state: FileState) -> list[tuple]:
    rows = read_attachment(record, state)
    state.count(rows)
    return state.tokens.add(rows)


def _read_queue_operation(record: Record, state: FileState) -> list[tuple]:
    return state.tokens.add(read_queue_operation(record, state))


def _read_system(record: Record, state: FileState) -> list[tuple]:
    if record.subtype != "api_error":
        return _skip(record, state)
    rows = [Envelope(record, state.keys).row(0, "system", "api_error", is_error=True)]
    state.count(rows)
    return state.tokens.add(rows)


def _skip(record: Record, state: FileState) -> list[tuple]:
    state.tally.lines_not_event += 1
    return []


_READERS = dict.fromkeys(TYPES_WITHOUT_EVENT, _skip) | {
    "user": _read_user,
    "assistant": _read_assistant,
    "system": _read_system,
    "attachment": _read_attachment,
    "queue-operation": _read_queue_operation,
}
