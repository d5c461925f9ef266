"""A message's tokens stand once, on its first block. Each block's record repeats `usage`, and the
early ones hold what was known so far: the last is final. So rows wait until their message is
complete, that is until another one begins."""

from flows.readers.records import Usage
from flows.readers.rows import EVENT_FIELDS
from flows.readers.values import MAX_TOKENS, bounded

MAX_HELD_ROWS = 512
MAX_KNOWN_MESSAGES = 100_000
_FIRST = EVENT_FIELDS.index("input_tokens")


class MessageTokens:
    """Holds the rows since the first block of the message in progress; messages are known by
    their keyed hashes."""

    def __init__(self) -> None:
        self._known: dict[str, None] = {}
        self._current: str | None = None
        self._usage: Usage | None = None
        self._held: list[tuple] = []

    def add(self, rows: list[tuple]) -> list[tuple]:
        """Takes rows of other records; answers those that need not wait."""
        if self._current is None:
            return rows
        self._held += rows
        return self.release() if len(self._held) > MAX_HELD_ROWS else []

    def add_message(self, key: str, usage: Usage | None, rows: list[tuple]) -> list[tuple]:
        """Takes the rows of one record of a message; answers those that need not wait."""
        if key == self._current:
            self._usage = usage or self._usage
            return self.add(rows)
        released = self.release()
        if not rows or key in self._known:
            return released + rows
        self._begin(key, usage, rows)
        return released

    def release(self) -> list[tuple]:
        """All rows that wait, the first of them with its message's tokens."""
        rows, self._held = self._held, []
        if rows and self._usage is not None:
            rows[0] = rows[0][:_FIRST] + token_counts(self._usage) + rows[0][_FIRST + 3 :]
        self._current = self._usage = None
        return rows

    def replace(self, row: tuple, by: tuple) -> None:
        """Puts another row in the place of one that still waits; one that is gone stays as is."""
        self._held = [by if held is row else held for held in self._held]

    def _begin(self, key: str, usage: Usage | None, rows: list[tuple]) -> None:
        if len(self._known) >= MAX_KNOWN_MESSAGES:
            del self._known[next(iter(self._known))]
        self._known[key] = None
        self._current, self._usage, self._held = key, usage, list(rows)


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
