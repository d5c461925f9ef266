"""ε-differentially private totals of public cells, by integer noise.

Every total x of the public cells leaves as x + Z, Z discrete Laplace of scale Δ/ε_i: Pr[Z = z] ∝
exp(−|z| ε_i/Δ), where Δ is the most that one account can change all cells of that total together
(L1). The totals compose to ε = Σ ε_i (Dwork, McSherry, Nissim and Smith, 2006; Ghosh, Roughgarden
and Sundararajan, 2009, for the discrete mechanism; Balcer and Vadhan, 2018, for why floats leak).
What follows, withholding and rounding, sees noisy values alone and costs nothing.
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

Cell = tuple[str, ...]
# values, scale, sensitivity → noisy values, ε as OpenDP proves it
Noise = Callable[[list[int], float, int], tuple[list[int], float]]

# A scale is a double: a little more of it keeps the loss below its share, however it is rounded.
_SLACK = 1 + 1e-9


class Total(NamedTuple):
    """One noisy column: what it counts or sums, its share of ε, and the ends of its domain."""

    name: str
    of: str
    clamp: tuple[int, int] | None
    epsilon: float
    bounds: tuple[int, int]


class Cohorts(NamedTuple):
    """A release as policy states it; `least` accounts, by the noisy `count_name`, or nothing."""

    keys: tuple[str, ...]
    cells: tuple[Cell, ...]
    totals: tuple[Total, ...]
    sessions_per_account: int
    count_name: str
    least: int


class Draw(NamedTuple):
    """`rows` in the order of their cell: cell, then value and standard error of each total;
    `stated` are the record's fields, by name of the total; `epsilon` is what it costs."""

    rows: list[tuple]
    stated: dict[str, dict]
    epsilon: float


def sensitivity(total: Total, sessions_per_account: int) -> int:
    """The most that adding or removing one account changes all cells of a total (L1).

    An account is counted in one cell; each of its kept sessions in one cell, by 1 or by its clamp.
    """
    if total.of == "accounts":
        return 1
    if total.clamp is None:
        return sessions_per_account
    return sessions_per_account * max(abs(end) for end in total.clamp)


def standard_error(scale: float) -> float:
    """The standard deviation of discrete Laplace noise: √(2q)/(1 − q), q = exp(−1/scale)."""
    return math.sqrt(2 * math.exp(-1 / scale)) / -math.expm1(-1 / scale)


def draw_cohorts(cohorts: Cohorts, exact: Mapping[Cell, tuple[int, ...]], noise: Noise) -> Draw:
    """Noise on every total of every public cell; `exact` has the totals of those that anybody is
    in, others are 0, and cells that are not public are no part of the release."""
    none = (0,) * len(cohorts.totals)
    cells = sorted(cohorts.cells)
    columns = list(zip(*(exact.get(cell, none) for cell in cells), strict=True))
    stated, noisy = {}, {}
    for total, values in zip(cohorts.totals, columns, strict=True):
        stated[total.name], noisy[total.name] = _noised(cohorts, total, values, noise)
    rows = [_row(cohorts, cell, place, noisy, stated) for place, cell in enumerate(cells)]
    return Draw(rows, stated, sum(each["epsilon"] for each in stated.values()))


def _noised(cohorts: Cohorts, total: Total, values, noise: Noise) -> tuple[dict, list[int]]:
    bound = sensitivity(total, cohorts.sessions_per_account)
    scale = bound / total.epsilon * _SLACK
    noisy, epsilon = noise([int(value) for value in values], scale, bound)
    stated = {
        "of": total.of,
        "clamp": list(total.clamp) if total.clamp else None,
        "sensitivity": bound,
        "scale": scale,
        "epsilon": epsilon,
        "standard_error": standard_error(scale),
    }
    return stated, noisy


def _row(cohorts: Cohorts, cell: Cell, place: int, noisy: dict, stated: dict) -> tuple:
    is_told = noisy[cohorts.count_name][place] >= cohorts.least
    row = list(cell)
    for total in cohorts.totals:
        low, high = total.bounds
        value = min(max(noisy[total.name][place], low), high)
        row += [value if is_told else None, math.ceil(stated[total.name]["standard_error"])]
    return tuple(row)
