"""A transcript of any format: the right reader, or every line refused as `unknown_format`."""

from collections.abc import Iterable, Iterator
from itertools import chain

from flows.readers.claude_code import ClaudeCodeReader
from flows.readers.detect import detect_format
from flows.readers.long_lines import Line, line_length
from flows.readers.rows import Admit, Keys, admit_all
from flows.readers.tally import Tally


class TranscriptReader:
    """Reads one file. `format` is None until lines are read, and where no reader knows it."""

    def __init__(self, keys: Keys, admit: Admit = admit_all) -> None:
        self.format: str | None = None
        self._reader = ClaudeCodeReader(keys, admit)

    @property
    def tally(self) -> Tally:
        return self._reader.tally

    def read(self, lines: Iterable[Line]) -> Iterator[tuple]:
        """Yields one tuple an event, in the order of EVENT_FIELDS; see ClaudeCodeReader.read."""
        lines = iter(lines)
        self.format, head = detect_format(lines)
        whole = chain(head, lines)
        return self._reader.read(whole) if self.format else self._refuse(whole)

    def _refuse(self, lines: Iterable[Line]) -> Iterator[tuple]:
        byte_offset = 0
        for line in lines:
            self.tally.lines_read += 1
            self.tally.refuse("unknown_format", byte_offset)
            byte_offset += line_length(line)
        yield from ()
