"""The default tier's side: noised totals, with the noise in the intervals."""

import math

import numpy as np
import pytest

from flows.scorecard.analysis import Options
from flows.scorecard.noised import Release, analyse_released, noised_metrics

MEASURES = {
    "account_count": ("accounts", None),
    "session_count": ("sessions", None),
    "interrupted_session_count": ("is_interrupted", None),
    "turn_count": ("turn_count", (0, 50)),
    "code_survival_1d_session_count": ("is_code_survival_1d_measured", None),
    "code_survival_1d_percent_sum": ("code_survival_1d_percent", (0, 100)),
}


def _row(variant: str, rate: float, noise=20, accounts=20_000, window="2026-01-05") -> dict:
    sessions = accounts * 4
    totals = {
        "account_count": accounts,
        "session_count": sessions,
        "interrupted_session_count": round(sessions * rate),
        "turn_count": sessions * 6,
        "code_survival_1d_session_count": sessions // 2,
        "code_survival_1d_percent_sum": sessions // 2 * 80,
    }
    errors = {f"{name}_standard_error": noise for name in totals}
    keys = {"window_start_date": window, "experiment": "x1", "variant": variant}
    return keys | totals | errors


def _experiment(*rows: dict, cap=5):
    release = Release(rows, noised_metrics(MEASURES), cap)
    return analyse_released([release], Options())


def _finding(rows, name="is_interrupted", **options):
    (experiment,) = _experiment(*rows, **options)
    findings = experiment.pairs[0].findings
    return next(each for each in findings if each.comparison.metric.name == name)


def test_metrics_follow_from_what_a_release_measures():
    found = {each.name: (each.most, each.scale) for each in noised_metrics(MEASURES)}
    assert found == {
        "is_interrupted": (1, 1.0),
        "turn_count": (50, 1.0),
        "code_survival_1d_ratio": (100, 0.01),
    }


def test_a_large_difference_is_shown_through_the_noise():
    finding = _finding([_row("control", 0.20), _row("treatment", 0.30)])
    assert finding.standing == "worse"
    assert finding.comparison.effect.difference == pytest.approx(0.10, abs=1e-4)


def test_more_noise_gives_wider_intervals():
    errors = [
        _finding([_row("control", 0.2, noise), _row("treatment", 0.2, noise)])
        .comparison.effect.standard_error
        for noise in (1, 500, 5000)
    ]  # fmt: skip
    assert errors == sorted(errors) and errors[2] > 2 * errors[0]


def test_the_error_is_the_bound_on_sampling_and_the_noise_together():
    finding = _finding([_row("control", 0.2, noise=400), _row("treatment", 0.2, noise=400)])
    size = 80_000
    one = 5 * 0.2 * 0.8 / size + (1 + 0.2**2) * 400**2 / size**2
    assert finding.comparison.effect.standard_error == pytest.approx(math.sqrt(2 * one), rel=1e-3)


def test_the_interval_holds_the_truth_though_accounts_are_alike_and_noise_is_added():
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(200):
        rows = []
        for variant in ("control", "treatment"):
            chances = rng.beta(0.3, 0.7, 2000)  # an account interrupts nearly always or never
            row = _row(variant, 0.3, noise=30, accounts=2000)
            row["session_count"] = 10_000 + round(rng.laplace(0, 30 / math.sqrt(2)))
            row["interrupted_session_count"] = int(rng.binomial(5, chances).sum()) + round(
                rng.laplace(0, 30 / math.sqrt(2))
            )
            rows.append(row)
        effect = _finding(rows).comparison.effect
        held += effect.low <= 0 <= effect.high
    assert held >= 190


def test_windows_add_up_and_accounts_may_return_in_each():
    windows = ("2026-01-05", "2026-01-12")
    rows = [_row(variant, 0.2, window=each) for each in windows for variant in ("control", "b")]
    (experiment,) = _experiment(*rows)
    assert [each.accounts for each in experiment.variants] == [20_000, 20_000]
    assert experiment.pairs[0].findings[0].comparison.control.size == 160_000


def test_cells_that_are_not_told_are_no_zeros():
    hidden = _row("treatment", 0.2) | dict.fromkeys(MEASURES)
    (experiment,) = _experiment(_row("control", 0.2), hidden)
    assert experiment.pairs[0].verdict.outcome == "withheld"
    assert "only control" in experiment.pairs[0].verdict.sentences[0]


def test_a_total_lost_in_noise_is_withheld():
    rows = [_row("control", 0.2, accounts=40), _row("treatment", 0.2, noise=900, accounts=40)]
    assert _finding(rows).comparison.withheld


def test_accounts_outside_any_experiment_are_no_experiment():
    assert _experiment(_row("none", 0.2) | {"experiment": "none"}) == []
    assert _experiment() == []
