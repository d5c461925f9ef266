"""How long code lives: Kaplan–Meier over checkpoints, and the mean life up to the last of them.

A session is a cohort of weight one. What of its code is alive at the checkpoints is its ratios;
what dies between two is dated at the later one; after its last measured checkpoint it is censored.
A ratio never rises: code that comes back counts as gone. The first missing checkpoint ends the
session's record. Variances are those of the account-level delta method (the infinitesimal
jackknife), which equal Greenwood's where every account is one line.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CHECKPOINT_DAYS = {"1h": 1 / 24, "1d": 1.0, "7d": 7.0, "14d": 14.0, "28d": 28.0}


@dataclass(frozen=True)
class Curve:
    """`alive[k]` is the share of code alive at `days[k]`, with its standard error and the sessions
    measured there; `mean_days` is the area below the steps up to `days[-1]`."""

    accounts: int
    days: tuple[float, ...]
    alive: tuple[float, ...]
    errors: tuple[float, ...]
    sessions: tuple[int, ...]
    mean_days: float
    mean_error: float


def survival_curve(
    ratios: np.ndarray, days: Sequence[float], accounts: np.ndarray, least_accounts: int = 1
) -> Curve | None:
    """`ratios` is (sessions, checkpoints), NaN where not measured; `accounts` a code a session.

    Checkpoints measured for fewer than `least_accounts` accounts end the curve; None where that
    leaves nothing.
    """
    alive = _alive(ratios)
    measured = ~np.isnan(alive)
    kept = _kept(measured, accounts, least_accounts)
    has_any = measured[:, :1].ravel()
    codes = _dense(accounts[has_any])
    if not kept or codes.max(initial=-1) < 1:
        return None
    alive, measured = alive[has_any, :kept], measured[has_any, :kept]
    risk, died = _risk_and_deaths(alive, measured)
    share = np.cumprod(1 - _hazards(risk, died))
    influence = _influence(risk, died, codes) * share
    steps = np.diff([0.0, *days[:kept]])
    area = np.concatenate([[1.0], share[:-1]]) @ steps
    mean_influence = influence[:, :-1] @ steps[1:]
    return Curve(
        accounts=int(codes.max()) + 1,
        days=tuple(days[:kept]),
        alive=tuple(share.tolist()),
        errors=tuple(_error(influence).tolist()),
        sessions=tuple(measured.sum(axis=0).tolist()),
        mean_days=float(area),
        mean_error=float(_error(mean_influence)),
    )


def _alive(ratios: np.ndarray) -> np.ndarray:
    """Running minimum over checkpoints; NaN from the first missing one on."""
    return np.minimum.accumulate(np.clip(ratios, 0, 1), axis=1)


def _kept(measured: np.ndarray, accounts: np.ndarray, least: int) -> int:
    """How many checkpoints, from the first on, enough accounts were measured at."""
    counts = [np.count_nonzero(np.bincount(accounts[column])) for column in measured.T]
    enough = [count >= max(least, 1) for count in counts]
    return enough.index(False) if False in enough else len(enough)


def _risk_and_deaths(alive: np.ndarray, measured: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per session and interval: what was alive before, and what of it died."""
    before = np.concatenate([np.ones((len(alive), 1)), alive[:, :-1]], axis=1)
    risk = np.where(measured, before, 0.0)
    return risk, np.where(measured, before - alive, 0.0)


def _hazards(risk: np.ndarray, died: np.ndarray) -> np.ndarray:
    totals = risk.sum(axis=0)
    return np.divide(died.sum(axis=0), totals, out=np.zeros(len(totals)), where=totals > 0)


def _influence(risk: np.ndarray, died: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Of each account on log S at each checkpoint, shape (accounts, checkpoints)."""
    hazards, totals = _hazards(risk, died), risk.sum(axis=0)
    scale = totals * (1 - hazards)
    deviations = (hazards * risk - died) / np.where(scale > 0, scale, np.inf)
    sums = np.stack([np.bincount(codes, column) for column in deviations.T], axis=1)
    return np.cumsum(sums, axis=1)


def _dense(accounts: np.ndarray) -> np.ndarray:
    """The same accounts, numbered without gaps."""
    return (np.cumsum(np.bincount(accounts) > 0) - 1)[accounts]


def _error(influence: np.ndarray) -> np.ndarray:
    count = len(influence)
    return np.sqrt((influence**2).sum(axis=0) * count / (count - 1))
