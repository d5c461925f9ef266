"""The attack of planted accounts, on a release with a minimum of accounts and on a noised one."""

from collections.abc import Callable

from flows.adapters.opendp_noise import discrete_laplace
from flows.release.aggregate_dp import Cohorts, Total, draw_cohorts

PLANTED = 50
CELL = ("treatment",)
_LEAST = 10

# (accounts, interrupted sessions) of the one cell → the released number of interrupted sessions
Release = Callable[[list[tuple[int, int]]], list[int | None]]


def threshold_release(worlds: list[tuple[int, int]]) -> list[int | None]:
    """Exact counts of every cell with enough accounts: what k-anonymity by counting releases."""
    return [count if accounts >= _LEAST else None for accounts, count in worlds]


def dp_release(epsilon: float) -> Release:
    """The noised total of one session an account, all of ε spent on it: the attacker's best."""

    def release(worlds: list[tuple[int, int]]) -> list[int | None]:
        cells = tuple((f"{number:08}",) for number in range(len(worlds)))
        total = Total("count", "is_interrupted", None, epsilon, (-(10**9), 10**9))
        policy = Cohorts(("cell",), cells, (total,), 1, "count", -(10**9))
        exact = {cell: (count,) for cell, (_, count) in zip(cells, worlds, strict=True)}
        return [row[1] for row in draw_cohorts(policy, exact, discrete_laplace).rows]

    return release


def advantage(release: Release, trials: int) -> float:
    """How much oftener than by a coin the attacker tells whether the target was interrupted: true
    positives minus false positives, each of so many trials. 1 is certainty, 0 nothing."""
    guesses = []
    for target in (1, 0):
        released = release([(PLANTED + 1, PLANTED // 2 + target)] * trials)
        guesses.append(sum(_guess(count) for count in released) / trials)
    return guesses[0] - guesses[1]


def _guess(released: int | None) -> bool:
    """Likelihood ratio: the target was interrupted where the total exceeds the planted half."""
    return released is not None and released - PLANTED // 2 >= 1
