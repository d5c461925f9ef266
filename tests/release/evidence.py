"""Statistics on noise, apart from the code that draws it."""

import math
from collections import Counter
from collections.abc import Sequence


def laplace_fit(values: Sequence[int], scale: float) -> float:
    """p of Pearson's χ² that integers come from the discrete Laplace distribution of that scale."""
    from scipy.stats import chisquare

    ratio = math.exp(-1 / scale)
    reach = next(k for k in range(10**6) if _tail(k + 1, ratio) * len(values) < 20)
    found = Counter(max(-reach - 1, min(reach + 1, value)) for value in values)
    places = range(-reach - 1, reach + 2)
    expected = [
        _tail(reach + 1, ratio) if abs(place) > reach else _mass(place, ratio) for place in places
    ]
    observed = [found[place] for place in places]
    return chisquare(observed, [share * len(values) for share in expected]).pvalue


def epsilon_at_least(with_it: Sequence[int], without: Sequence[int], *, confidence: float) -> float:
    """A lower bound on ε from samples of two neighbouring worlds (after Ding et al., "Detecting
    violations of differential privacy", 2018).

    The event is a threshold, chosen on the first half of the samples; on the second half the
    Clopper-Pearson bounds of its probability in both worlds bound ln(p/q) from below.
    """
    half = len(with_it) // 2
    threshold = _best_threshold(with_it[:half], without[:half])
    hits = [sum(v >= threshold for v in sample[half:]) for sample in (with_it, without)]
    sizes = [len(sample) - half for sample in (with_it, without)]
    error = (1 - confidence) / 2
    least = _bound(hits[0], sizes[0], error, upper=False)
    most = _bound(hits[1], sizes[1], error, upper=True)
    return math.log(least / most)


def _best_threshold(with_it: Sequence[int], without: Sequence[int]) -> int:
    """Of those that a quarter of the first world reaches, the one with the largest ratio."""
    candidates = sorted(set(with_it))
    enough = len(with_it) // 4

    def ratio(threshold: int) -> float:
        first = sum(value >= threshold for value in with_it)
        second = sum(value >= threshold for value in without)
        return first / (second + 1) if first >= enough else 0

    return max(candidates[:: max(1, len(candidates) // 100)], key=ratio)


def _bound(hits: int, size: int, error: float, *, upper: bool) -> float:
    from scipy.stats import beta

    if upper:
        return 1.0 if hits == size else float(beta.ppf(1 - error, hits + 1, size - hits))
    return 0.0 if hits == 0 else float(beta.ppf(error, hits, size - hits + 1))


def _mass(value: int, ratio: float) -> float:
    return (1 - ratio) / (1 + ratio) * ratio ** abs(value)


def _tail(value: int, ratio: float) -> float:
    """The probability of `value` (> 0) or more."""
    return ratio**value / (1 + ratio)
