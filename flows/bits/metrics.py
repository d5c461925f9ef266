"""How well scores and decisions agree with labels; bootstrap over groups."""

from collections.abc import Callable

import numpy as np

_CALIBRATION_BINS = 10


def auc(truth: np.ndarray, scores: np.ndarray) -> float:
    """Area under the ROC curve by ranks, ties halved (Mann–Whitney); NaN with one class only."""
    positive = int(truth.sum())
    negative = len(truth) - positive
    if not positive or not negative:
        return float("nan")
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[truth].sum() - positive * (positive + 1) / 2) / (positive * negative))


def precision(truth: np.ndarray, marked: np.ndarray) -> float:
    return _ratio((truth & marked).sum(), marked.sum())


def recall(truth: np.ndarray, marked: np.ndarray) -> float:
    return _ratio((truth & marked).sum(), truth.sum())


def f1(truth: np.ndarray, marked: np.ndarray) -> float:
    return _ratio(2 * (truth & marked).sum(), truth.sum() + marked.sum())


def macro_f1(truth: np.ndarray, marked: np.ndarray) -> float:
    """The mean of F1 for true and F1 for false."""
    return (f1(truth, marked) + f1(~truth, ~marked)) / 2


def calibration_error(truth: np.ndarray, scores: np.ndarray) -> float:
    """Expected calibration error, ten bins of equal width (Naeini et al. 2015)."""
    bins = np.minimum((scores * _CALIBRATION_BINS).astype(int), _CALIBRATION_BINS - 1)
    counts = np.bincount(bins, minlength=_CALIBRATION_BINS)
    gaps = np.abs(
        np.bincount(bins, scores, _CALIBRATION_BINS) - np.bincount(bins, truth, _CALIBRATION_BINS)
    )
    return _ratio(gaps.sum(), counts.sum())


def share(_truth: np.ndarray, marked: np.ndarray) -> float:
    return _ratio(marked.sum(), len(marked))


def agreed(first: np.ndarray, second: np.ndarray) -> float:
    """The share on which two decisions are the same."""
    return _ratio((first == second).sum(), len(first))


def kappa(first: np.ndarray, second: np.ndarray) -> float:
    """Cohen's kappa of two decisions."""
    p, q = share(first, first), share(second, second)
    chance = p * q + (1 - p) * (1 - q)
    return _ratio(agreed(first, second) - chance, 1 - chance)


def interval(
    measure: Callable[[np.ndarray], float], groups: np.ndarray, *, resamples: int = 300
) -> tuple[float, float]:
    """The 95 % interval of `measure(rows)` over resamples of whole groups (cluster bootstrap)."""
    random = np.random.default_rng(0)
    _, place = np.unique(groups, return_inverse=True)
    count = int(place.max()) + 1 if len(place) else 0
    if count < 2:
        return float("nan"), float("nan")
    order = np.argsort(place, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(place))[:-1])
    found = [
        measure(np.concatenate([members[group] for group in random.integers(0, count, count)]))
        for _ in range(resamples)
    ]
    found = [value for value in found if value == value]
    if not found:
        return float("nan"), float("nan")
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")
