"""Scores → true, false or unknown (None)."""

import numpy as np

from flows.bits.backends import Thresholds
from flows.bits.names import BITS

_LOW, _HIGH = 0.5, 0.85


def decide(scores: np.ndarray, thresholds: Thresholds) -> list[dict[str, bool | None]]:
    """For single prompts: true where the score reaches the threshold of best F1, else false."""
    return _values(scores >= thresholds.balanced, scores < thresholds.balanced, scores, thresholds)


def decide_surely(scores: np.ndarray, thresholds: Thresholds) -> list[dict[str, bool | None]]:
    """For aggregation over sessions: few false positives; between the thresholds is unknown."""
    return _values(
        scores >= thresholds.sure_true, scores < thresholds.sure_false, scores, thresholds
    )


def _values(
    is_true: np.ndarray, is_false: np.ndarray, scores: np.ndarray, thresholds: Thresholds
) -> list[dict]:
    never = np.array([bit in thresholds.never_false for bit in BITS])
    told = np.where(is_true, 1, np.where(is_false & ~never, 0, -1))
    told[np.isnan(scores)] = -1
    names = {1: True, 0: False, -1: None}
    return [dict(zip(BITS, map(names.get, row), strict=True)) for row in told.tolist()]
