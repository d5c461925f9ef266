"""Lines of an object, whatever its compression."""

import gzip
import io
import os
import tempfile
import zlib
from collections.abc import Callable, Iterable
from functools import partial
from typing import BinaryIO

from flows.adapters.zstd_frames import is_whole

_CHUNK_BYTES = 1 << 18
_GZIP, _ZSTD = ".gz", ".zst"
_PACKED = (_GZIP, _ZSTD)
_SUFFIXES = (".jsonl", *(".jsonl" + packed for packed in _PACKED))


def is_transcript_name(path: str) -> bool:
    return path.endswith(_SUFFIXES)


class Lines(io.BufferedReader):
    """An object's bytes, decompressed as its name says, to be read line by line.

    Where the compression is broken or cut short the lines end there and `is_broken` is set: what
    could be read before stays readable.
    """

    def __init__(self, path: str, stored: BinaryIO) -> None:
        self._unpacked = _Unpacked(path, stored) if path.endswith(_PACKED) else None
        super().__init__(self._unpacked or stored, _CHUNK_BYTES)

    @property
    def is_broken(self) -> bool:
        return self._unpacked is not None and self._unpacked.is_broken


def compressed(lines: Iterable[bytes]) -> BinaryIO:
    """The lines as one zstd stream in a file without a name, ready to be read."""
    import zstandard

    packed = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    with zstandard.ZstdCompressor().stream_writer(packed, closefd=False) as writer:
        for line in lines:
            writer.write(line)
    packed.seek(0)
    return packed


class _Unpacked(io.RawIOBase):
    """The decompressed bytes of a stored object."""

    def __init__(self, path: str, stored: BinaryIO) -> None:
        self.is_broken = False
        self._read, self._errors = _unpacking(path, stored)
        self._is_whole = partial(_is_whole, path, stored)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        try:
            data = self._read(len(buffer))
        except self._errors:
            self.is_broken = True
            return 0
        if not data and not self._is_whole():
            self.is_broken = True
        buffer[: len(data)] = data
        return len(data)


def _unpacking(path: str, stored: BinaryIO) -> tuple[Callable[[int], bytes], tuple]:
    """How to read some bytes, and the errors that mean a broken stream."""
    # read1: read would lose what it has when the stream ends too early.
    if path.endswith(_GZIP):
        return gzip.GzipFile(fileobj=stored).read1, (gzip.BadGzipFile, EOFError, zlib.error)
    import zstandard

    stream = zstandard.ZstdDecompressor().stream_reader(stored, read_across_frames=True)
    return stream.read1, (zstandard.ZstdError,)


def _is_whole(path: str, stored: BinaryIO) -> bool:
    """Whether a stream that ended without an error ended where it should: zstd's reader does not
    say, and to gzip's a file of no bytes is a good one."""
    return stored.seek(0, os.SEEK_END) > 0 if path.endswith(_GZIP) else is_whole(stored)
