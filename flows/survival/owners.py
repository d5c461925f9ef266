"""Who owns each line of a file: a row of line numbers of our own, four bytes a line, 0 = nobody.

Past its end a row is all nobody, so that a file's length need not be known.
"""

from array import array
from collections.abc import Iterable, Sequence

import numpy as np

from flows.survival.diffs import FileDiff, hunks

WIDTH = 4
# Marks a line that a parent of a merge does not have.
_NEW = b"\xff" * WIDTH
_NEW_NUMBER = 0xFFFFFFFF


def pack(ids: Iterable[int]) -> bytes:
    return array("I", ids).tobytes()


def unpack(row: bytes) -> array:
    return array("I", row)


def nobody(lines: int) -> bytes:
    return bytes(WIDTH * lines)


def is_empty(row: bytes) -> bool:
    return not row.strip(b"\0")


def cut(row: bytes, start: int, lines: int) -> bytes:
    """`lines` owners from `start`, also past the end of the row."""
    part = row[WIDTH * start : WIDTH * (start + lines)]
    return part + bytes(WIDTH * lines - len(part))


def splice(row: bytes, changes: Iterable[tuple[int, int, bytes]]) -> bytes:
    """The row after changes (first old line, old lines, owners of the new lines), ascending."""
    parts, at = [], 0
    for start, removed, owners in changes:
        parts.append(cut(row, at, start - at))
        parts.append(owners)
        at = start + removed
    parts.append(row[WIDTH * at :])
    return b"".join(parts)


def merge(rows: Sequence[bytes], patches: Sequence[FileDiff | None]) -> bytes:
    """The row of a merged file: each line from the first parent that has it, else nobody.

    `rows` are the file's rows in the parents, `patches` what the merge changed in each (None:
    nothing).
    """
    merged = np.zeros(0, dtype=np.uint32)
    for number, (row, patch) in enumerate(zip(rows, patches, strict=True)):
        edits = hunks(patch.body) if patch else []
        marked = splice(row, ((at, removed, _NEW * added) for at, removed, _, added, _ in edits))
        side = np.frombuffer(marked, dtype=np.uint32)
        merged = side if number == 0 else _fill(merged, side)
    return np.where(merged == _NEW_NUMBER, 0, merged).astype(np.uint32).tobytes()


def _fill(first: np.ndarray, later: np.ndarray) -> np.ndarray:
    """Lines that `first` has not, as `later` has them."""
    size = max(first.size, later.size)
    first, later = (np.pad(side, (0, size - side.size)) for side in (first, later))
    return np.where(first == _NEW_NUMBER, later, first)
