"""p-values of many metrics together."""

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted for the chance of one false finding among all (Holm 1979)."""
    order = np.argsort(p_values, kind="stable")
    steps = np.array(p_values, dtype=float)[order] * np.arange(len(order), 0, -1)
    return _restored(np.minimum(np.maximum.accumulate(steps), 1.0), order)


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted for the share of false findings among the findings (1995)."""
    order = np.argsort(p_values, kind="stable")[::-1]
    count = len(order)
    steps = np.array(p_values, dtype=float)[order] * count / np.arange(count, 0, -1)
    return _restored(np.minimum(np.minimum.accumulate(steps), 1.0), order)


def _restored(adjusted: np.ndarray, order: np.ndarray) -> list[float]:
    result = np.empty(len(order))
    result[order] = adjusted
    return result.tolist()
