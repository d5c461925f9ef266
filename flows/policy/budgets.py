"""The budget of privacy loss: what one account may have spent on an export in any 30 days."""

from collections.abc import Iterable
from datetime import date, timedelta

BUDGET_DAYS = 30
# Sums of charges such as 0.1 are not exact; nobody is refused, and nothing hidden, by so little.
_ROUNDING = 1e-9

Spending = tuple[date, float]


def spent_at_most(spending: Iterable[Spending], day: date) -> float:
    """The most that falls into any 30 days around `day`, by each release's last day."""
    near = [each for each in spending if abs((each[0] - day).days) < BUDGET_DAYS]
    starts = {each[0] for each in near if each[0] <= day} | {day}
    return max(_spent_from(near, start) for start in starts)


def is_affordable(spending: Iterable[Spending], day: date, epsilon: float, budget: float) -> bool:
    return spent_at_most([*spending, (day, epsilon)], day) <= budget * (1 + _ROUNDING)


def left(spending: Iterable[Spending], day: date, budget: float) -> float:
    """What a release whose last day is `day` may still spend."""
    return max(0.0, budget - spent_at_most(spending, day))


def renews_on(
    spending: Iterable[Spending], day: date, epsilon: float, budget: float
) -> date | None:
    """The first last day from `day` on that can pay for a release; None where none ever can."""
    spending = list(spending)
    days = [day, *(each[0] + timedelta(days=BUDGET_DAYS) for each in spending)]
    fitting = (each for each in sorted(days) if each >= day)
    return next((each for each in fitting if is_affordable(spending, each, epsilon, budget)), None)


def _spent_from(spending: list[Spending], start: date) -> float:
    end = start + timedelta(days=BUDGET_DAYS)
    return sum(epsilon for day, epsilon in spending if start <= day < end)
