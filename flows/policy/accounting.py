"""Charges of the ledger, and what they leave of a budget."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

from flows.policy.budgets import left, renews_on, spent_at_most
from flows.policy.release_windows import Window, next_window


@dataclass(frozen=True)
class Charge:
    """ε spent by the release of `window`. `policy` and `content` tell whether it is the same
    release again, `draw` is the SHA-256 of its record."""

    export: str
    window: Window
    epsilon: float
    policy: str
    content: str
    draw: str
    drawn_on: date

    def as_record(self) -> dict:
        days = {"first": str(self.window.first), "last": str(self.window.last)}
        return asdict(self) | {"window": days, "drawn_on": str(self.drawn_on)}

    @classmethod
    def of(cls, record: dict) -> "Charge":
        first, last = (date.fromisoformat(record["window"][name]) for name in ("first", "last"))
        fields = {name: record[name] for name in ("export", "epsilon", "policy", "content", "draw")}
        drawn_on = date.fromisoformat(record["drawn_on"])
        return cls(window=Window(first, last), drawn_on=drawn_on, **fields)


def spending_of(charges: Iterable[Charge], export: str) -> list[tuple[date, float]]:
    return [(charge.window.last, charge.epsilon) for charge in charges if charge.export == export]


def charge_of(charges: Iterable[Charge], export: str, window: Window) -> Charge | None:
    found = (each for each in charges if (each.export, each.window) == (export, window))
    return next(found, None)


def budget_of(charges: Iterable[Charge], export: str, policy, today: date) -> dict:
    """ε of one account: budget, spent and left in the 30 days up to today, and when the next
    release may be paid for. `policy` is the mechanism of the export in the allowlist."""
    spending = spending_of(charges, export)
    window = policy.window
    coming = next_window(today, window.days, window.settle_days)
    renewal = renews_on(spending, coming.last, policy.epsilon, policy.epsilon_per_window)
    return {
        "export": export,
        "epsilon_per_release": policy.epsilon,
        "budget": policy.epsilon_per_window,
        "spent": round(spent_at_most(_until(spending, today), today), 6),
        "left": round(left(_until(spending, today), today, policy.epsilon_per_window), 6),
        "releases": len(spending),
        "next_window": str(coming.last),
        "renews_on": str(renewal) if renewal else None,
    }


def _until(spending: list[tuple[date, float]], today: date) -> list[tuple[date, float]]:
    return [each for each in spending if each[0] <= today]
