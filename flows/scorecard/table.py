"""The columns of a table of sessions: which are keys, metrics, covariates and denominators."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from flows.policy.errors import WinnowError

ACCOUNT, VARIANT, EXPERIMENT, OBSERVED = "account_key", "variant", "experiment", "observed_at"
_PRE, _DENOMINATOR = "pre_", "__denominator"
NUMERIC, TIME = "numeric", "time"


class Sessions(Protocol):
    """One row a session. `kinds` is column → numeric, time or other."""

    kinds: Mapping[str, str]
    rows: int

    def codes(self, column: str) -> tuple[np.ndarray, list[str]]:
        """Integer codes (−1 for null) and the words that they stand for."""

    def numbers(self, column: str) -> np.ndarray:
        """float64; NaN where null or not finite."""

    def days(self, column: str) -> np.ndarray:
        """Days since 1970-01-01 as int32; −1 where null."""


@dataclass(frozen=True)
class Columns:
    """A metric's column, and those of its denominator and covariate where it has them."""

    metric: str
    denominator: str | None
    covariate: str | None


def metric_columns(kinds: Mapping[str, str]) -> list[Columns]:
    """The metrics of a table, in its order.

    Raises WinnowError (exit code 2) where a column is missing or belongs to no metric.
    """
    _check_present(kinds)
    keys = {ACCOUNT, VARIANT, EXPERIMENT, OBSERVED}
    numeric = [name for name, kind in kinds.items() if kind == NUMERIC and name not in keys]
    metrics = [each for each in numeric if not _is_helper(each)]
    _check_helpers([name for name in numeric if _is_helper(name)], metrics)
    if not metrics:
        raise WinnowError(
            "the table has no metric",
            remedy="add one numeric or boolean column a metric",
            exit_code=2,
        )
    return [
        Columns(name, _if_there(f"{name}{_DENOMINATOR}", numeric), _if_there(_PRE + name, numeric))
        for name in metrics
    ]


def left_aside(kinds: Mapping[str, str]) -> list[str]:
    """Columns that are neither key nor number."""
    keys = {ACCOUNT, VARIANT, EXPERIMENT, OBSERVED}
    return [name for name, kind in kinds.items() if name not in keys and kind != NUMERIC]


def _is_helper(name: str) -> bool:
    return name.startswith(_PRE) or name.endswith(_DENOMINATOR)


def _if_there(name: str, columns: list[str]) -> str | None:
    return name if name in columns else None


def _check_present(kinds: Mapping[str, str]) -> None:
    missing = [name for name in (ACCOUNT, VARIANT) if name not in kinds]
    if missing:
        raise WinnowError(
            f"the table has no column {' and no '.join(missing)}",
            remedy="one row a session: account_key, variant, one column a metric",
            exit_code=2,
        )
    if OBSERVED in kinds and kinds[OBSERVED] != TIME:
        raise WinnowError(
            f"{OBSERVED} is neither a date nor a timestamp",
            remedy="write it as DATE or TIMESTAMP (UTC), or leave the column away",
            exit_code=2,
        )


def _check_helpers(helpers: list[str], metrics: list[str]) -> None:
    own = {f"{name}{_DENOMINATOR}" for name in metrics} | {_PRE + name for name in metrics}
    lost = sorted(set(helpers) - own)
    if lost:
        raise WinnowError(
            f"columns without their metric: {', '.join(lost)}",
            remedy="pre_<metric> and <metric>__denominator stand beside a numeric column <metric>",
            exit_code=2,
        )
