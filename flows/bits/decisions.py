"""Scores → true, false or unknown (None)."""

import numpy as np

from flows.bits.backends import Thresholds
from flows.bits.names import BITS, NEVER_FALSE

_LOW, _HIGH = 0.5, 0.85


def decide(scores: np.ndarray, thresholds: Thresholds) -> list[dict[str, bool | None]]:
    """For single prompts: true where the score reaches the threshold of best F1, else false."""
    return _values(scores, scores >= thresholds.balanced, scores < thresholds.balanced)


def decide_surely(scores: np.ndarray, thresholds: Thresholds) -> list[dict[str, bool | None]]:
    """For aggregation over sessions: few false positives; between the thresholds is unknown."""
    return _values(scores, scores >= thresholds.sure_true, scores < thresholds.sure_false)


def _values(scores: np.ndarray, is_true: np.ndarray, is_false: np.ndarray) -> list[dict]:
    never = np.array([bit in NEVER_FALSE for bit in BITS])
    told = np.where(is_true, 1, np.where(is_false & ~never, 0, -1))
    told[np.isnan(scores)] = -1
    names = {1: True, 0: False, -1: None}
    return [dict(zip(BITS, map(names.get, row), strict=True)) for row in told.tolist()]
