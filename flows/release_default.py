"""The default tier's only way out: draws what is due, charges the ledger, makes the candidates.

Order is what makes it safe to die at any moment: the draw is written, then charged, then made a
candidate; only charged draws are candidates, and a window that was charged is never drawn again.
"""

from datetime import date
from pathlib import Path
from typing import NamedTuple

from expectations.allowlist import Allowlist, Export
from flows.adapters.contributions import Contributions, open_contributions
from flows.adapters.draws import Draws
from flows.adapters.keys import KeyRing
from flows.adapters.ledger import Ledger
from flows.draw_release import draw
from flows.orchestrator import task
from flows.policy.accounting import Charge, charge_of, spending_of
from flows.policy.budgets import is_affordable, left, renews_on
from flows.policy.release_windows import (
    Window,
    closed_windows,
    is_new,
    next_window,
    released_from,
)
from flows.policy.tiers import Tier
from flows.release.bounding import session_count
from flows.release.policies import policy_digest


class Desk(NamedTuple):
    """What the steps share. `charges` grows with each release."""

    today: date
    ledger: Ledger
    charges: list[Charge]
    draws: Draws
    keys: KeyRing
    contributions: Contributions


@task
def prepare_releases(home: Path, tier: Tier, today: date, allowlist: Allowlist) -> dict:
    """Makes a candidate of every charged draw, and draws the windows that closed since.

    Returns `exports` (what waits, until when) and `refusals` (windows over budget). Raises
    WinnowError for a broken ledger or a missing warehouse: nothing is released then.
    """
    waiting, refusals, vouched = [], [], set()
    if not any(each.mechanism.needs_record for each in allowlist.exports.values()):
        return {"exports": waiting, "refusals": refusals}
    exports = [each for each in allowlist.exports.values() if _is_released(each)]
    ledger, draws = Ledger(home, tier), Draws(home, tier)
    with ledger.locked(), open_contributions(home, tier) as contributions:
        keys = KeyRing(home / "keys" / tier)
        desk = Desk(today, ledger, ledger.charges(), draws, keys, contributions)
        for export in exports:
            for window in _closed(export, today):
                refusals += _release(desk, export, window)
                if _is_vouched(desk, export, window):
                    vouched.add((export.name, window.first))
                    draws.make_candidate(export.name, window.first)
            waiting.append(_waiting(export, today))
    draws.keep_candidates(vouched)
    return {"exports": waiting, "refusals": refusals}


def _is_released(export: Export) -> bool:
    return export.mechanism.needs_record and export.mechanism.enabled


def _closed(export: Export, today: date) -> list[Window]:
    window = export.mechanism.window
    return closed_windows(today, window.days, window.settle_days)


def _release(desk: Desk, export: Export, window: Window) -> list[dict]:
    """Draws and charges a window once; of one that was released, counts what came later."""
    charge = charge_of(desk.charges, export.name, window)
    own = [each.window for each in desk.charges if each.export == export.name]
    if charge is None and is_new(window, own):
        if not _can_pay(desk, export, window):
            return [_refusal(desk, export, window)]
        _draw_and_charge(desk, export, window)
    elif charge is None or desk.draws.record(export.name, window.first) is None:
        return []
    _note_count(desk, export, window)
    return []


def _draw_and_charge(desk: Desk, export: Export, window: Window) -> None:
    """A whole draw without a charge was left by a run that died: nobody saw it, and it counts."""
    policy = policy_digest(export)
    record = desk.draws.record(export.name, window.first)
    if record is None or record.get("policy") != policy:
        record = draw(export, window, desk.today, desk.contributions, desk.keys)
        rows = record.pop("rows_drawn")
        columns = {name: column.domain.type.upper() for name, column in export.columns.items()}
        desk.draws.write(export.name, window.first, columns, rows, record)
    charge = Charge(
        export=export.name,
        window=window,
        epsilon=record["epsilon"],
        policy=policy,
        content=record["content"],
        draw=desk.draws.digest(export.name, window.first),
        drawn_on=date.fromisoformat(record["drawn_on"]),
    )
    desk.ledger.append(charge)
    desk.charges.append(charge)


def _is_vouched(desk: Desk, export: Export, window: Window) -> bool:
    """Whether the ledger paid for this very draw, under the policy in force.

    Under another policy a release is taken back, not made again: what it said was said.
    """
    charge = charge_of(desk.charges, export.name, window)
    is_in_force = charge is not None and charge.policy == policy_digest(export)
    return is_in_force and charge.draw == desk.draws.digest(export.name, window.first)


def _note_count(desk: Desk, export: Export, window: Window) -> None:
    source = export.mechanism.source or export.name
    count = desk.contributions.count(session_count(source, window))
    desk.draws.note_count(export.name, window.first, count)


def _can_pay(desk: Desk, export: Export, window: Window) -> bool:
    policy = export.mechanism
    spending = spending_of(desk.charges, export.name)
    return is_affordable(spending, window.last, policy.epsilon, policy.epsilon_per_window)


def _refusal(desk: Desk, export: Export, window: Window) -> dict:
    policy, spending = export.mechanism, spending_of(desk.charges, export.name)
    still = left(spending, window.last, policy.epsilon_per_window)
    renewal = renews_on(spending, window.last, policy.epsilon, policy.epsilon_per_window)
    remedy = (
        f"{still:g} of {policy.epsilon_per_window:g} ε an account and 30 days is left, a release "
        f"takes {policy.epsilon:g}; it renews for windows that end on {renewal} or later"
    )
    place = {"export": export.name, "date": str(window.first)}
    return place | {"rule": "budget", "column": None, "count": None, "remedy": remedy}


def _waiting(export: Export, today: date) -> dict:
    policy = export.mechanism.window
    window = next_window(today, policy.days, policy.settle_days)
    opens = released_from(window, policy.settle_days)
    outcome = f"not yet: {window.first} … {window.last} is released on {opens}"
    return {"export": export.name, "date": str(window.first), "outcome": outcome}
