import pytest
import typer

from flows.commands import status as command

NEVER = {
    "scope": "opt_in", "last_run": None, "last_purge": None, "found": [], "budgets": [],
    "evidence": {"decoded_count": 0, "remembered_count": 0, "whole_on": "2026-03-31"},
    "oldest_raw": None, "problems": [],
}  # fmt: skip
BUDGET = {
    "export": "training_cohorts", "spent": 3, "left": 2, "budget": 5, "epsilon_per_release": 1,
    "next_window": "2026-03-29", "renews_on": "2026-03-29",
}  # fmt: skip


@pytest.fixture
def shown(monkeypatch, capsys):
    def show(**more) -> str:
        found = NEVER | more
        monkeypatch.setattr("flows.store_status.scope_status", lambda tier, anew: found)
        with pytest.raises(typer.Exit) as ended:
            command.status(tier="opt_in", as_json=False, anew=False)
        assert ended.value.exit_code == bool(found["problems"])
        return capsys.readouterr().out

    return show


def test_what_never_ran_is_said_so(shown):
    assert "opt_in  no run yet · never purged" in shown()


def test_a_run_and_a_purge_are_dated(shown):
    said = shown(last_run="2026-03-31", last_purge="2026-04-01")
    assert "opt_in  last run 2026-03-31 · purged for 2026-04-01" in said


def test_a_budget_stands_on_one_line_of_a_narrow_terminal(shown, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    (line,) = [line for line in shown(budgets=[BUDGET]).splitlines() if "training_" in line]
    assert "window to 2026-03-29" in line


def test_a_problem_ends_in_1(shown):
    assert "! a purge was missed" in shown(problems=["a purge was missed"])
