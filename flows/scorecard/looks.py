"""The same comparison as it stood at the end of every day, and each day's own rates.

Sums of squares over accounts change, from one day to the next, only by what the accounts of that
day add: so one pass over sums by account and day gives the moments of every look.
"""

from dataclasses import dataclass

import numpy as np

from flows.scorecard.accounts import Split
from flows.scorecard.effects import Sample

MOST_LOOKS = 60
# What a running sum may be off by, as a share of itself.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Calendar:
    """Which part of an account a row is in: an account's rows of one look are a part, and parts
    stand by account and look. `part_of` is a part a row; `starts` the first part of the account,
    `cell_of` its variant and look (variant × looks + look), a part each; `days` ends each look."""

    days: np.ndarray
    part_of: np.ndarray
    starts: np.ndarray
    cell_of: np.ndarray
    variants: int

    def table(self, values: np.ndarray) -> np.ndarray:
        """The sum of a value a part, shape (variants, looks)."""
        sums = np.bincount(self.cell_of, values, minlength=self.variants * len(self.days))
        return sums.reshape(self.variants, len(self.days))

    def by_part(self, values: np.ndarray) -> np.ndarray:
        """The sum of a value a row, by part."""
        return np.bincount(self.part_of, values, minlength=len(self.cell_of))

    def so_far(self, parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """An account's sum before and after each of its parts."""
        running = np.cumsum(parts)
        before = running - parts
        base = before[self.starts]
        return before - base, running - base


def calendar(split: Split, days: np.ndarray) -> Calendar | None:
    """`days` stands a row of the split; None where any day is unknown or all are the same."""
    if len(days) == 0 or (days < 0).any():
        return None
    first = int(days.min())
    is_day = np.bincount(days - first) > 0
    present, looks = np.flatnonzero(is_day) + first, (np.cumsum(is_day) - 1)[days - first]
    step = -(-len(present) // MOST_LOOKS)
    looks = looks // step
    count = -(-len(present) // step)
    if count < 2:
        return None
    keys = split.accounts.astype(np.int64) * count + looks
    parts, part_of = np.unique(keys, return_inverse=True)
    accounts = parts // count
    is_first = np.append(True, accounts[1:] != accounts[:-1])
    return Calendar(
        days=present[np.minimum(np.arange(1, count + 1) * step, len(present)) - 1],
        part_of=part_of,
        starts=np.maximum.accumulate(np.where(is_first, np.arange(len(parts)), 0)),
        cell_of=split.variant_of[accounts].astype(np.int64) * count + parts % count,
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
        return Sample(
            int(count), float(self.sizes[variant, look]), shifted, _moved(covariance, self.origin)
        )


def look_moments(when: Calendar, values: np.ndarray, sizes: np.ndarray) -> Looks:
    """`values` and `sizes` stand a row of the split, NaN where the metric is missing."""
    known = ~(np.isnan(values) | np.isnan(sizes))
    values, sizes = np.where(known, values, 0.0), np.where(known, sizes, 0.0)
    origin = float(values.sum() / max(sizes.sum(), 1e-300))
    own_sizes = when.by_part(sizes)
    own_sums = when.by_part(values - origin * sizes)
    s0, s1 = when.so_far(own_sums)
    n0, n1 = when.so_far(own_sizes)
    appeared = (np.abs(n0) <= _ROUNDING * n1) & (own_sizes > 0)
    return Looks(
        accounts=_so_far(when, appeared),
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
