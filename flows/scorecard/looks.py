"""The same comparison as it stood at the end of every day, and each day's own rates.

Sums of squares over accounts change, from one day to the next, only by what the accounts of that
day add: so one pass over rows sorted by account and day gives the moments of every look.
"""

from dataclasses import dataclass

import numpy as np

from flows.scorecard.accounts import Split
from flows.scorecard.effects import Sample

MOST_LOOKS = 60


@dataclass(frozen=True)
class Calendar:
    """The order of the split's rows by account and look. `ends` marks the last row of each account
    and look, `look_of` and `variant_of` say which they are; `days` is the last day of each look."""

    days: np.ndarray
    order: np.ndarray
    ends: np.ndarray
    is_first: np.ndarray
    look_of: np.ndarray
    variant_of: np.ndarray
    variants: int

    def table(self, values: np.ndarray) -> np.ndarray:
        """The sum of a value an account-look, shape (variants, looks)."""
        cells = self.variant_of * len(self.days) + self.look_of
        sums = np.bincount(cells, values, minlength=self.variants * len(self.days))
        return sums.reshape(self.variants, len(self.days))

    def by_end(self, values: np.ndarray) -> np.ndarray:
        """Sums of a value a row, within each account and look."""
        running = np.cumsum(values[self.order])[self.ends]
        return np.diff(running, prepend=0.0)

    def cumulative(self, parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """An account's sum before and after each of its looks."""
        running = np.cumsum(parts)
        starts = np.maximum.accumulate(np.where(self.is_first, np.arange(len(parts)), 0))
        after = running - (running - parts)[starts]
        return after - parts, after


def calendar(split: Split, days: np.ndarray) -> Calendar | None:
    """`days` stands a row of the split; None where any day is unknown or all are the same."""
    if len(days) == 0 or (days < 0).any():
        return None
    present, looks = np.unique(days, return_inverse=True)
    step = -(-len(present) // MOST_LOOKS)
    looks = looks // step
    count = int(looks.max()) + 1
    if count < 2:
        return None
    keys = split.accounts.astype(np.int64) * count + looks
    order = np.argsort(keys, kind="stable").astype(np.int32)
    ordered = keys[order]
    ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    accounts = ordered[ends] // count
    return Calendar(
        days=present[np.minimum(np.arange(1, count + 1) * step, len(present)) - 1],
        order=order,
        ends=ends,
        is_first=np.append(True, accounts[1:] != accounts[:-1]),
        look_of=(ordered[ends] % count).astype(np.int64),
        variant_of=split.variant_of[accounts].astype(np.int64),
        variants=len(split.variants),
    )


@dataclass(frozen=True)
class Looks:
    """Moments of every look so far, and each look's own sums; arrays are (variants, looks)."""

    accounts: np.ndarray
    sums: np.ndarray
    sizes: np.ndarray
    squares: tuple[np.ndarray, np.ndarray, np.ndarray]
    origin: float
    daily_accounts: np.ndarray
    daily_sums: np.ndarray
    daily_sizes: np.ndarray

    def sample(self, variant: int, look: int) -> Sample | None:
        """The moments at the end of a look; None below two accounts."""
        count = self.accounts[variant, look]
        if count < 2:
            return None
        means = np.array([table[variant, look] for table in (self.sums, self.sizes)]) / count
        ss, sn, nn = (table[variant, look] for table in self.squares)
        raw = np.array([[ss, sn], [sn, nn]])
        covariance = np.zeros((3, 3))
        covariance[:2, :2] = (raw - count * np.outer(means, means)) / (count - 1)
        shifted = np.array([means[0] + self.origin * means[1], means[1], 0.0])
        return Sample(int(count), float(self.sizes[variant, look]), shifted, _moved(covariance, self.origin))


def look_moments(when: Calendar, values: np.ndarray, sizes: np.ndarray) -> Looks:
    """`values` and `sizes` stand a row of the split, NaN where the metric is missing."""
    known = ~(np.isnan(values) | np.isnan(sizes))
    values, sizes = np.where(known, values, 0.0), np.where(known, sizes, 0.0)
    origin = float(values.sum() / max(sizes.sum(), 1e-300))
    own_sizes = when.by_end(sizes)
    own_sums = when.by_end(values - origin * sizes)
    s0, s1 = when.cumulative(own_sums)
    n0, n1 = when.cumulative(own_sizes)
    seen_before, seen = when.cumulative(when.by_end((sizes > 0).astype(float)))
    return Looks(
        accounts=_so_far(when, (seen_before < 0.5) & (seen > 0.5)),
        sums=_so_far(when, own_sums),
        sizes=_so_far(when, own_sizes),
        squares=(
            _so_far(when, s1**2 - s0**2),
            _so_far(when, s1 * n1 - s0 * n0),
            _so_far(when, n1**2 - n0**2),
        ),
        origin=origin,
        daily_accounts=when.table(own_sizes > 0),
        daily_sums=when.table(own_sums + origin * own_sizes),
        daily_sizes=when.table(own_sizes),
    )


def _so_far(when: Calendar, parts: np.ndarray) -> np.ndarray:
    return np.cumsum(when.table(parts), axis=1)


def _moved(covariance: np.ndarray, origin: float) -> np.ndarray:
    """Covariance of (S + origin·N, N) from that of (S, N): sums were kept as deviations."""
    move = np.array([[1.0, origin, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    return move @ covariance @ move.T
