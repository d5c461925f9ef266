"""Lines of an object, whatever its compression."""

import gzip
import io
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from flows.policy.errors import WinnowError

_CHUNK_BYTES = 1 << 20
_SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst")


def is_transcript_name(path: str) -> bool:
    return path.endswith(_SUFFIXES)


@contextmanager
def lines_of(path: str, stored: BinaryIO) -> Iterator[io.BufferedReader]:
    """The object's lines, decompressed as its name says.

    Raises WinnowError where the compression is broken; what was read before stays read.
    """
    try:
        with _decompressed(path, stored) as plain:
            yield io.BufferedReader(plain, _CHUNK_BYTES)
        return
    except (gzip.BadGzipFile, EOFError, _zstd_error()):
        pass
    raise WinnowError(
        "a source object's compression is broken or cut short",
        remedy="let the product write it again; winnow sets it aside by reference until then",
    )


def _decompressed(path: str, stored: BinaryIO):
    if path.endswith(".gz"):
        return gzip.GzipFile(fileobj=stored)
    if path.endswith(".zst"):
        import zstandard

        return zstandard.ZstdDecompressor().stream_reader(stored, read_across_frames=True)
    return _Plain(stored)


def compressed(lines: Iterable[bytes]) -> BinaryIO:
    """The lines as one zstd stream in a file without a name, ready to be read."""
    import zstandard

    packed = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    with zstandard.ZstdCompressor().stream_writer(packed, closefd=False) as writer:
        for line in lines:
            writer.write(line)
    packed.seek(0)
    return packed


class _Plain(io.RawIOBase):
    """Any object with read() (a file, an S3 body) as a raw stream."""

    def __init__(self, stored: BinaryIO) -> None:
        self.stored = stored

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        data = self.stored.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _zstd_error() -> type[Exception]:
    import zstandard

    return zstandard.ZstdError
