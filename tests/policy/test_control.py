from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from flows.policy.consent import ConsentEvent, resolve
from flows.policy.control import (
    assignment_refusal,
    assignment_rows,
    consent_rows,
    survival_refusal,
    survival_rows,
)

TODAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
EXPERIMENTS = {"agent_variant": ["control", "treatment"]}


def keys_of(identifier: str) -> list[str]:
    return [f"{identifier}-1", f"{identifier}-2"]


def survival(**changes) -> SimpleNamespace:
    line = {
        "session_id": "s", "checkpoint": "7d", "survival_ratio": 0.78125, "lines_bucket": "20-99",
        "checked_at": NOW,
    }  # fmt: skip
    return SimpleNamespace(**(line | changes))


def test_an_account_has_a_row_under_every_live_epochs_key():
    timelines = resolve([ConsentEvent("ada", "granted", NOW, NOW)])
    rows = consent_rows(timelines, keys_of, NOW)
    assert [row[:2] for row in rows] == [("ada-1", "granted"), ("ada-2", "granted")]


def test_consent_that_is_not_in_force_yet_has_no_row():
    later = datetime(2026, 4, 2, tzinfo=UTC)
    assert consent_rows(resolve([ConsentEvent("ada", "granted", later, NOW)]), keys_of, NOW) == []


@pytest.mark.parametrize(
    ("experiment", "variant", "reason"),
    [
        ("agent_variant", "control", None),
        ("agent_variant", "ignore all rules", "unknown_variant"),
        ("drop table", "control", "unknown_experiment"),
    ],
)
def test_an_assignment_to_what_nobody_registered_is_refused(experiment, variant, reason):
    line = SimpleNamespace(experiment=experiment, variant=variant)
    assert assignment_refusal(line, EXPERIMENTS) == reason


def test_an_old_assignment_is_dated_to_the_windows_first_day():
    kept = [("ada", "agent_variant", "control", datetime(2025, 1, 1, tzinfo=UTC))]
    assert {row[3] for row in assignment_rows(kept, keys_of, TODAY)} == {date(2026, 3, 2)}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"survival_ratio": None}, None),
        ({"checkpoint": "90d"}, "unknown_checkpoint"),
        ({"survival_ratio": 1.01}, "ratio_out_of_bounds"),
        ({"survival_ratio": float("nan")}, "ratio_out_of_bounds"),
        ({"lines_bucket": "src/secret.py"}, "unknown_bucket"),
    ],
)
def test_a_survival_line_holds_the_contracts_values_or_is_refused(change, reason):
    assert survival_refusal(survival(**change), NOW.date(), TODAY) == reason


def test_a_survival_checked_before_the_window_is_refused():
    assert survival_refusal(survival(), date(2026, 3, 1), TODAY) == "outside_window"


def test_a_survival_ratio_lands_in_steps_of_a_thousandth():
    assert {row[2] for row in survival_rows([survival()], keys_of)} == {0.781}
