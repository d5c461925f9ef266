"""Lines of any length in bounded memory."""

from collections.abc import Iterator
from typing import BinaryIO

from flows.readers.tally import Refused

MAX_LINE_BYTES = 48 << 20
# Past this length a line's long strings (images, whole files) are cut before it is decoded.
LONG_LINE_BYTES = 1 << 20
KEPT_STRING_BYTES = 1 << 20
# More blocks than this, decoded, would not fit the memory of a worker.
MAX_BLOCKS = 50_000

_UNICODE_ESCAPE_BYTES = 6


def iter_lines(stream: BinaryIO) -> Iterator[bytes | int]:
    """The lines of a buffered binary stream, newline included.

    A line over MAX_LINE_BYTES is not kept: its length comes in its place.
    """
    while line := stream.readline(MAX_LINE_BYTES):
        if len(line) < MAX_LINE_BYTES or line.endswith(b"\n"):
            yield line
        else:
            yield _skip_line(stream, len(line))


def shorten(line: bytes) -> bytes:
    """The JSON line with each string over KEPT_STRING_BYTES cut there; still JSON if it was.

    Raises Refused (`too_long`) where what remains holds more than MAX_BLOCKS blocks.
    """
    pieces, copied = [], 0
    for opening, closing in _long_strings(line):
        pieces.append(line[copied : _safe_cut(line, opening + 1 + KEPT_STRING_BYTES)])
        copied = closing
    shortened = b"".join([*pieces, line[copied:]]) if pieces else line
    if shortened.count(b'"type"') > MAX_BLOCKS:
        raise Refused("too_long")
    return shortened


def _skip_line(stream: BinaryIO, length: int) -> int:
    while piece := stream.readline(LONG_LINE_BYTES):
        length += len(piece)
        if piece.endswith(b"\n"):
            break
    return length


def _long_strings(line: bytes) -> Iterator[tuple[int, int]]:
    """(index of the opening, of the closing quote) of each string over KEPT_STRING_BYTES."""
    quotes = _quotes(line)
    for opening, closing in zip(quotes, quotes, strict=False):
        if closing - opening - 1 > KEPT_STRING_BYTES:
            yield opening, closing


def _quotes(line: bytes) -> Iterator[int]:
    """Indices of the quotes that open or close a string."""
    at = line.find(b'"')
    while at >= 0:
        if line[at - 1 : at] != b"\\" or not _is_escape_start(line, at - 1):
            yield at
        at = line.find(b'"', at + 1)


def _safe_cut(line: bytes, at: int) -> int:
    """The last index up to `at` that parts neither an escape nor a UTF-8 character."""
    backslash = line.rfind(b"\\", at - _UNICODE_ESCAPE_BYTES, at)
    if backslash >= 0 and _is_escape_start(line, backslash):
        length = _UNICODE_ESCAPE_BYTES if line[backslash + 1 : backslash + 2] == b"u" else 2
        at = backslash if backslash + length > at else at
    while line[at] & 0xC0 == 0x80:
        at -= 1
    return at


def _is_escape_start(line: bytes, backslash: int) -> bool:
    """Whether that backslash escapes what follows, and is not itself escaped."""
    run = backslash
    while line[run - 1 : run] == b"\\":
        run -= 1
    return (backslash - run) % 2 == 0
