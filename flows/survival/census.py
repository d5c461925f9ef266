"""Which tracked lines the default branch holds now, and how often."""

import numpy as np

from flows.survival.owners import WIDTH


class Census:
    """Counts by line number of ours; grows as numbers are given out."""

    def __init__(self) -> None:
        self._held = np.zeros(1 << 12, dtype=np.int32)

    def replace(self, before: bytes, after: bytes) -> None:
        """One file's row changed: only the part that differs is counted anew."""
        start, end = _common_ends(before, after)
        self._count(before[start : len(before) - end], -1)
        self._count(after[start : len(after) - end], 1)

    def held(self, first: int, last: int) -> np.ndarray:
        """How often each line of first … last−1 is there."""
        self._reach(last)
        return self._held[first:last]

    def _count(self, row: bytes, step: int) -> None:
        ids = np.frombuffer(row, dtype=np.uint32)
        ids = ids[ids > 0]
        if ids.size:
            self._reach(int(ids.max()) + 1)
            np.add.at(self._held, ids, np.int32(step))

    def _reach(self, size: int) -> None:
        if size > self._held.size:
            grown = np.zeros(max(size, 2 * self._held.size), dtype=np.int32)
            grown[: self._held.size] = self._held
            self._held = grown


def _common_ends(before: bytes, after: bytes) -> tuple[int, int]:
    """Bytes that both start with and then end with, in whole lines."""
    shorter = min(len(before), len(after)) // WIDTH
    start = _longest(shorter, lambda n: before[: n * WIDTH] == after[: n * WIDTH])
    end = _longest(
        shorter - start,
        lambda n: before[len(before) - n * WIDTH :] == after[len(after) - n * WIDTH :],
    )
    return start * WIDTH, end * WIDTH


def _longest(most: int, is_common) -> int:
    least = 0
    while least < most:
        middle = (least + most + 1) // 2
        if is_common(middle):
            least = middle
        else:
            most = middle - 1
    return least
