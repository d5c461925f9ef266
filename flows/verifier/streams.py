"""Opening what is stored: gzip and zstd are undone, containers are told by their first bytes."""

import gzip
import io
from typing import BinaryIO

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_HEAD_BYTES = 16
_PIECE_BYTES = 1 << 16


def head_of(file: io.BufferedReader) -> bytes:
    return file.peek(_HEAD_BYTES)[:_HEAD_BYTES]


def format_of(head: bytes) -> str:
    """`parquet`, `duckdb`, `sqlite`, or `stream` for lines, compressed or not."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head[8:12] == b"DUCK":
        return "duckdb"
    if head.startswith(b"SQLite format 3"):
        return "sqlite"
    return "stream"


def uncompressed(file: io.BufferedReader) -> BinaryIO:
    """The bytes of a file without its compression, as a stream of lines."""
    head = head_of(file)
    if head.startswith(_GZIP):
        return gzip.GzipFile(fileobj=file)
    if head.startswith(_ZSTD):
        return io.BufferedReader(_Zstd(file))
    return file


class _Zstd(io.RawIOBase):
    """zstd frames undone; unlike the library's own reader it does not take a cut frame for whole.

    Raises EOFError where the last frame is cut.
    """

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self._frame = None
        self._ahead = b""
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:
        while not self._ready and self._read_on():
            pass
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def _read_on(self) -> bool:
        """Undoes the next piece; False at the end of the last frame."""
        import zstandard

        piece = self._ahead or self._file.read(_PIECE_BYTES)
        if not piece:
            if self._frame is not None:
                raise EOFError("a zstd frame is cut")
            return False
        self._frame = self._frame or zstandard.ZstdDecompressor().decompressobj()
        self._ready, self._ahead = self._frame.decompress(piece), b""
        if self._frame.eof:
            self._ahead, self._frame = self._frame.unused_data, None
        return True
