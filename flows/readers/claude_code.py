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
from flows.readers.queue_records import read_attachment, read_queue_operation
from flows.readers.records import Record
from flows.readers.rows import Keys
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


class ClaudeCodeReader:
    """Reads one file. `tally` accounts for each line; it is final when `read` is exhausted."""

    def __init__(self, keys: Keys) -> None:
        self._state = FileState(keys)

    @property
    def tally(self) -> Tally:
        return self._state.tally

    def read(self, lines: Iterable[bytes | int]) -> Iterator[tuple]:
        """Yields one tuple an event, in the order of EVENT_FIELDS.

        `lines` keep their newline; an int stands for a line of that many bytes that the caller
        did not keep. Raises WinnowError where lines are unaccounted for.
        """
        byte_offset = 0
        for line in lines:
            yield from self._read_line(line, byte_offset)
            byte_offset += line if type(line) is int else len(line)
        yield from self._state.tokens.release()
        yield from self._state.queue.drain()
        self.tally.check()

    def _read_line(self, line: bytes | int, byte_offset: int) -> list[tuple]:
        tally = self.tally
        tally.lines_read += 1
        try:
            if type(line) is int:
                raise Refused("too_long")
            if not line or line.isspace():
                tally.lines_not_event += 1
                return []
            return self._read_record(decode_line(line))
        except Refused as refused:
            tally.refuse(refused.reason, byte_offset)
            return []

    def _read_record(self, record: Record) -> list[tuple]:
        state = self._state
        if record.type == "queue-operation":
            return state.tokens.add(read_queue_operation(record, state))
        if record.type == "assistant":
            rows = read_assistant(record, state)
            state.tally.count(rows)
            return state.tokens.add_message(record.message.id, record.message.usage, rows)
        rows = _read_other(record, state)
        state.tally.count(rows)
        return state.tokens.add(rows)


def _read_other(record: Record, state: FileState) -> list[tuple]:
    if record.type == "user":
        return read_user(record, state)
    if record.type in TYPES_WITHOUT_EVENT:
        return []
    if record.type == "attachment":
        return read_attachment(record, state)
    if record.type == "system":
        return _read_system(record, state)
    raise Refused("unknown_record_type")


def _read_system(record: Record, state: FileState) -> list[tuple]:
    if record.subtype != "api_error":
        return []
    return [Envelope(record, state.keys).row(0, "system", "api_error", is_error=True)]
