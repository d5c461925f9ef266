"""Lines of any length in bounded memory: what a long string (an image, a whole file) holds past its
beginning is dropped while it is read."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

MAX_LINE_BYTES = 48 << 20
# Lines past this length are read in pieces of it, and their long strings cut.
LONG_LINE_BYTES = 1 << 20
# Not less than a piece: so a string that is to be cut never ends in the piece where it began.
KEPT_STRING_BYTES = 1 << 20
# More blocks than this, decoded, would not fit the memory of a worker.
MAX_BLOCKS = 50_000

_UNICODE_ESCAPE_BYTES = 6


class LongLine(NamedTuple):
    """A line over LONG_LINE_BYTES: what is kept of it, still JSON if the line was, and the bytes
    that it had. Nothing is kept of lines over MAX_LINE_BYTES or MAX_BLOCKS."""

    kept: bytearray | None
    length: int


Line = bytes | LongLine


def iter_lines(stream: BinaryIO) -> Iterator[Line]:
    """The lines of a buffered binary stream, newline included."""
    readline = stream.readline
    while line := readline(LONG_LINE_BYTES):
        is_whole = len(line) < LONG_LINE_BYTES or line.endswith(b"\n")
        yield line if is_whole else _read_long(stream, line)


def line_length(line: Line) -> int:
    """The bytes of the line in its file."""
    return len(line) if type(line) is bytes else line.length


def _read_long(stream: BinaryIO, piece: bytes) -> LongLine:
    shortener, length = Shortener(), 0
    while piece:
        length += len(piece)
        if length <= MAX_LINE_BYTES:
            shortener.add(piece)
        if piece.endswith(b"\n"):
            break
        piece = stream.readline(LONG_LINE_BYTES)
    if length > MAX_LINE_BYTES or shortener.kept.count(b'"type"') > MAX_BLOCKS:
        return LongLine(None, length)
    return LongLine(shortener.kept, length)


class Shortener:
    """Takes a JSON line in pieces; `kept` is the line with its long strings cut."""

    def __init__(self) -> None:
        self.kept = bytearray()
        self._opened: int | None = None
        self._is_cut = False
        self._held = b""

    def add(self, piece: bytes) -> None:
        piece, self._held = _without_half_escape(self._held + piece)
        # As long as the piece, and each quote left in it opens or closes a string.
        bare = piece.replace(b"\\\\", b"--").replace(b'\\"', b"--")
        start, is_open = 0, (bare.count(b'"') + (self._opened is not None)) % 2
        if self._opened is not None:
            start = bare.find(b'"') if b'"' in bare else len(piece)
            self._keep(piece[:start])
        if start == len(piece):
            return
        self.kept += piece[start:] if start else piece
        behind_quote = len(piece) - bare.rfind(b'"') - 1
        self._opened = len(self.kept) - behind_quote if is_open else None
        self._is_cut = False

    def _keep(self, part: bytes) -> None:
        """Part of the open string."""
        if self._is_cut:
            return
        self.kept += part
        end = self._opened + KEPT_STRING_BYTES
        if len(self.kept) > end:
            del self.kept[_safe_cut(self.kept, end) :]
            self._is_cut = True


def _without_half_escape(piece: bytes) -> tuple[bytes, bytes]:
    """The piece, and the backslash at its end whose escape goes on in the next piece."""
    run = len(piece) - len(piece.rstrip(b"\\"))
    return (piece[:-1], b"\\") if run % 2 else (piece, b"")


def _safe_cut(line: bytearray, at: int) -> int:
    """The last index up to `at` that parts neither an escape nor a UTF-8 character."""
    backslash = line.rfind(b"\\", at - _UNICODE_ESCAPE_BYTES, at)
    if backslash >= 0 and _is_escape_start(line, backslash):
        length = _UNICODE_ESCAPE_BYTES if line[backslash + 1 : backslash + 2] == b"u" else 2
        at = backslash if backslash + length > at else at
    while line[at] & 0xC0 == 0x80:
        at -= 1
    return at


def _is_escape_start(line: bytearray, backslash: int) -> bool:
    """Whether that backslash escapes what follows, and is not itself escaped."""
    run = backslash
    while line[run - 1 : run] == b"\\":
        run -= 1
    return (backslash - run) % 2 == 0
