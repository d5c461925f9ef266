"""From sessions to accounts: who is in which variant, and one number an account and metric."""

from dataclasses import dataclass

import numpy as np

from flows.policy.errors import WinnowError
from flows.scorecard.effects import Sample
from flows.scorecard.table import ACCOUNT, VARIANT, Sessions

MINIMUM_ACCOUNTS = 10
_MOST_VARIANTS = 20


@dataclass(frozen=True)
class Split:
    """Rows of one experiment that count, with their account and variant.

    `rows` are row numbers, `accounts` an account code a row, `variant_of` a variant code an
    account; `crossed` counts accounts seen in two variants, `nameless` rows without a key.
    """

    variants: list[str]
    rows: np.ndarray
    accounts: np.ndarray
    variant_of: np.ndarray
    crossed: int
    crossed_rows: int
    nameless: int

    def account_counts(self) -> list[int]:
        return np.bincount(self.variant_of, minlength=len(self.variants)).tolist()

    def row_counts(self) -> list[int]:
        codes = self.variant_of[self.accounts]
        return np.bincount(codes, minlength=len(self.variants)).tolist()

    def total(self, values: np.ndarray) -> np.ndarray:
        """The sum of a value a row, by account; missing values count nothing."""
        known = np.nan_to_num(values, nan=0.0)
        return np.bincount(self.accounts, known, minlength=len(self.variant_of))


def split_accounts(sessions: Sessions, rows: np.ndarray | None = None) -> Split:
    """Leaves out rows without key or variant and accounts that were in two variants.

    Raises WinnowError where the variant has so many values that it cannot be one.
    """
    accounts, _ = sessions.codes(ACCOUNT)
    variants, names = sessions.codes(VARIANT)
    rows = np.arange(sessions.rows, dtype=np.int32) if rows is None else rows
    named = (accounts[rows] >= 0) & (variants[rows] >= 0)
    nameless, rows = int((~named).sum()), rows[named]
    present = sorted(np.flatnonzero(np.bincount(variants[rows])), key=names.__getitem__)
    _check_count(len(present))
    rank = np.zeros(len(names), dtype=np.int8)
    rank[present] = np.arange(len(present))
    accounts = _dense(accounts[rows])
    variant_of, crossed = _variants_of(accounts, rank[variants[rows]])
    kept = ~crossed[accounts]
    renumbered = np.cumsum(~crossed) - 1
    return Split(
        [names[code] for code in present],
        rows[kept],
        renumbered[accounts[kept]].astype(np.int32),
        variant_of[~crossed],
        int(crossed.sum()),
        int((~kept).sum()),
        nameless,
    )


@dataclass(frozen=True)
class Totals:
    """One metric's sum, size and covariate an account (NaN where there is none before)."""

    sums: np.ndarray
    sizes: np.ndarray
    covariates: np.ndarray | None

    def sample(self, members: np.ndarray, centre: float) -> Sample:
        """The accounts of `members` that have the metric; a missing covariate is the `centre`."""
        seen = members & (self.sizes > 0)
        covariates = None if self.covariates is None else self.covariates[seen]
        if covariates is not None:
            covariates = np.where(np.isnan(covariates), centre, covariates)
        return Sample.of(self.sums[seen], self.sizes[seen], covariates)


def totals(split: Split, values: np.ndarray, sizes: np.ndarray, before) -> Totals:
    """`values`, `sizes` and `before` (or None) stand a row of the split."""
    known = ~(np.isnan(values) | np.isnan(sizes))
    sums = split.total(np.where(known, values, 0.0))
    return Totals(sums, split.total(np.where(known, sizes, 0.0)), _account_means(split, before))


def _account_means(split: Split, values: np.ndarray | None) -> np.ndarray | None:
    if values is None:
        return None
    counts = split.total(~np.isnan(values))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(counts > 0, split.total(values) / counts, np.nan)


def _dense(codes: np.ndarray) -> np.ndarray:
    """The same codes, numbered without gaps."""
    return (np.cumsum(np.bincount(codes) > 0) - 1)[codes]


def _variants_of(accounts: np.ndarray, variants: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each account's variant, and whether it was in another one too."""
    count = int(accounts.max()) + 1 if len(accounts) else 0
    variant_of = np.zeros(count, dtype=np.int8)
    variant_of[accounts] = variants
    strays = np.bincount(accounts, variants != variant_of[accounts], minlength=count)
    return variant_of, strays > 0


def _check_count(variants: int) -> None:
    if variants > _MOST_VARIANTS:
        raise WinnowError(
            f"the column {VARIANT} has more than {_MOST_VARIANTS} values",
            remedy="name the variant of the agent there, not the account, the session or the day",
            exit_code=2,
        )
