"""A message's tokens stand once, on its first block. Each block's record repeats `usage`, and the
early ones hold what was known so far: the last is final. So rows wait until their message is
complete, that is until another one begins."""

from flows.readers.records import Usage
from flows.readers.rows import EVENT_FIELDS
from flows.readers.values import MAX_TOKENS, bounded

MAX_HELD_ROWS = 512
MAX_KNOWN_MESSAGES = 100_000
_FIRST = EVENT_FIELDS.index("input_tokens")

Row = tuple
NO_ROWS: list[Row] = []


class MessageTokens:
    """Holds the rows since the first block of the message in progress."""

    def __init__(self) -> None:
        self._known: dict[str, None] = {}
        self._message_id: str | None = None
        self._usage: Usage | None = None
        self._held: list[Row] = []

    def add(self, rows: list[Row]) -> list[Row]:
        """Takes rows of other records; answers those that need not wait."""
        if self._message_id is None:
            return rows
        self._held += rows
        return self.release() if len(self._held) > MAX_HELD_ROWS else NO_ROWS

    def add_message(
        self, message_id: str | None, usage: Usage | None, rows: list[Row]
    ) -> list[Row]:
        """Takes the rows of one record of a message; answers those that need not wait."""
        if message_id is not None and message_id == self._message_id:
            self._usage = usage or self._usage
            return self.add(rows)
        released = self.release()
        if message_id is None or not rows or message_id in self._known:
            return released + rows
        self._begin(message_id, usage, rows)
        return released

    def release(self) -> list[Row]:
        """All rows that wait, the first of them with its message's tokens."""
        rows, self._held = self._held, []
        if rows and self._usage is not None:
            rows[0] = rows[0][:_FIRST] + token_counts(self._usage) + rows[0][_FIRST + 3 :]
        self._message_id = self._usage = None
        return rows

    def _begin(self, message_id: str, usage: Usage | None, rows: list[Row]) -> None:
        if len(self._known) >= MAX_KNOWN_MESSAGES:
            del self._known[next(iter(self._known))]
        self._known[message_id] = None
        self._message_id, self._usage, self._held = message_id, usage, list(rows)


def token_counts(usage: Usage) -> tuple[int | None, int | None, int | None]:
    """(input, output, cached): input counts what was written to the cache, cached what was read
    from it."""
    fresh = bounded(usage.input_tokens, MAX_TOKENS)
    written = bounded(usage.cache_creation_input_tokens, MAX_TOKENS)
    return (
        fresh if written is None else bounded((fresh or 0) + written, MAX_TOKENS),
        bounded(usage.output_tokens, MAX_TOKENS),
        bounded(usage.cache_read_input_tokens, MAX_TOKENS),
    )
