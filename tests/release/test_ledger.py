"""What was spent stays spent, and a changed ledger stops every release."""

import json
import os
from datetime import date, timedelta

import pytest

from flows.adapters.ledger import Ledger
from flows.policy.accounting import Charge, budget_of, charge_of, spending_of
from flows.policy.errors import WinnowError
from flows.policy.release_windows import Window
from tests.release.warehouse import MONDAY, TODAY


def charge(weeks: int = 0, epsilon: float = 1.0, export="training_cohorts") -> Charge:
    first = MONDAY + timedelta(weeks=weeks)
    window = Window(first, first + timedelta(days=6))
    return Charge(export, window, epsilon, "policy", "content", "draw", first + timedelta(days=8))


@pytest.fixture
def ledger(tmp_path) -> Ledger:
    return Ledger(tmp_path, "default_tier")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "default_tier" / "ledger" / "charges.jsonl"


def test_a_charge_reads_back_as_it_was_written(ledger):
    ledger.append(charge())
    ledger.append(charge(1, 0.5, "survival_cohorts"))
    assert ledger.charges() == [charge(), charge(1, 0.5, "survival_cohorts")]


def test_a_ledger_holds_no_count_and_no_value(ledger, path):
    ledger.append(charge())
    (line,) = path.read_text().splitlines()
    assert set(json.loads(line)) == {
        "export", "window", "epsilon", "policy", "content", "draw", "drawn_on", "previous", "hash",
    }  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [lines[0].replace('"epsilon": 1.0', '"epsilon": 0.1'), *lines[1:]],
        lambda lines: lines[1:],
        lambda lines: lines[:-1],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [],
        lambda lines: [lines[0], "no json", *lines[2:]],
    ],
)
def test_a_ledger_that_was_changed_releases_nothing(ledger, path, change):
    for week in range(3):
        ledger.append(charge(week))
    path.write_text("".join(f"{line}\n" for line in change(path.read_text().splitlines())))
    with pytest.raises(WinnowError, match="ledger is broken") as error:
        ledger.charges()
    assert "state/<tier>/ledger" in error.value.remedy


def test_a_charge_that_was_cut_off_while_written_was_never_made(ledger, path):
    ledger.append(charge())
    with path.open("a") as file:
        file.write('{"export": "training_cohorts", "eps')
    assert ledger.charges() == [charge()]
    ledger.append(charge(1))
    assert ledger.charges() == [charge(), charge(1)]


def test_processes_that_charge_at_once_take_turns(ledger):
    children = []
    for number in range(4):
        child = os.fork()
        if child == 0:
            own = Ledger(ledger._chain.folder.parents[2], "default_tier")
            for week in range(3):
                own.append(charge(week, export=f"export_{number}"))
            os._exit(0)
        children.append(child)
    assert all(os.waitpid(child, 0)[1] == 0 for child in children)
    assert len(ledger.charges()) == 12


def test_charges_are_found_by_export_and_window():
    charges = [charge(), charge(1, 2.0), charge(1, 4.0, "survival_cohorts")]
    assert charge_of(charges, "training_cohorts", charge(1).window) == charges[1]
    assert charge_of(charges, "training_cohorts", charge(2).window) is None
    assert spending_of(charges, "survival_cohorts") == [(date(2026, 3, 15), 4.0)]


def test_the_budget_tells_what_is_left_and_when_it_renews(export):
    policy = export().mechanism
    found = budget_of([charge(-1), charge()], "training_cohorts", policy, TODAY)
    assert found == {
        "export": "training_cohorts",
        "epsilon_per_release": 1.0,
        "budget": 2.0,
        "spent": 2.0,
        "left": 0.0,
        "releases": 2,
        "next_window": "2026-03-15",
        "renews_on": "2026-03-31",
    }
