"""Opening what is stored: gzip and zstd are undone, containers are told by their first bytes."""

import gzip
import io
from typing import BinaryIO

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_HEAD_BYTES = 16


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
        import zstandard

        reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        return io.BufferedReader(reader)
    return file
