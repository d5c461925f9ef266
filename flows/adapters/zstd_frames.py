"""Whether a zstd file ends where its last frame does (RFC 8878, section 3.1).

zstandard's readers take the end of their input for the end of the data: of a file that was cut
short they return what came before, and no error.
"""

import os
from typing import BinaryIO

_HEADER_BYTES = 18
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_BLOCK_HEADER_BYTES = 3
_RUN = 1
_CHECKSUM_BYTES = 4


def is_whole(file: BinaryIO) -> bool:
    """Walks over frames and blocks without decompressing any; an empty file is not whole.

    Leaves the file at its end, or where it stops being zstd.
    """
    end = file.seek(0, os.SEEK_END)
    at = 0
    while (after := _end_of_frame(file, at)) is not None and after < end:
        at = after
    return after == end


def _end_of_frame(file: BinaryIO, at: int) -> int | None:
    """Where the frame that starts at `at` ends by its own account; None where none starts."""
    import zstandard

    file.seek(at)
    header = file.read(_HEADER_BYTES)
    if int.from_bytes(header[:4], "little") in _SKIPPABLE and len(header) >= 8:
        return at + 8 + int.from_bytes(header[4:8], "little")
    try:
        size = zstandard.frame_header_size(header)
        checksum = _CHECKSUM_BYTES * zstandard.get_frame_parameters(header).has_checksum
    except zstandard.ZstdError:
        return None
    after = _end_of_blocks(file, at + size)
    return None if after is None else after + checksum


def _end_of_blocks(file: BinaryIO, at: int) -> int | None:
    is_last = False
    while not is_last:
        file.seek(at)
        header = file.read(_BLOCK_HEADER_BYTES)
        if len(header) < _BLOCK_HEADER_BYTES:
            return None
        word = int.from_bytes(header, "little")
        is_last, kind, size = word & 1, word >> 1 & 3, word >> 3
        at += _BLOCK_HEADER_BYTES + (1 if kind == _RUN else size)
    return at
