"""What must not change a result, and what must."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.scorecard.corrections import benjamini_hochberg, holm
from flows.scorecard.curves import survival_curve
from flows.scorecard.sequences import always_valid_p, multiple
from tests.scorecard.sessions import finding, only, sessions

quick = settings(max_examples=12, deadline=None)


def _effect(columns: dict, metric="turns"):
    return finding(columns, metric).comparison.effect


@quick
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_does_not_matter(seed):
    columns = sessions(accounts=60, each=4)
    order = np.random.default_rng(seed).permutation(len(columns["turns"]))
    shuffled = {name: np.asarray(values)[order] for name, values in columns.items()}
    for metric in ("turns", "accepted"):
        assert vars(_effect(shuffled, metric)) == pytest.approx(vars(_effect(columns, metric)))


@quick
@given(scale=st.floats(0.01, 1000), move=st.floats(0, 1000))
def test_units_change_differences_in_proportion_and_leave_p_values(scale, move):
    columns = only(sessions(accounts=60, each=4), "turns")
    moved = columns | {"turns": columns["turns"] * scale + move}
    plain, changed = _effect(columns), _effect(moved)
    assert changed.difference == pytest.approx(plain.difference * scale, rel=1e-6, abs=1e-9)
    assert changed.p_value == pytest.approx(plain.p_value, rel=1e-6)


def test_swapped_variants_swap_the_sign():
    columns = only(sessions(effect=0.3), "turns")
    plain, swapped = _effect(columns), finding(columns, "turns", control="treatment")
    assert swapped.comparison.effect.difference == pytest.approx(-plain.difference)
    assert swapped.comparison.effect.p_value == pytest.approx(plain.p_value)


def test_doubled_sessions_of_the_same_accounts_add_no_certainty():
    columns = only(sessions(), "turns")
    doubled = {name: np.concatenate([values, values]) for name, values in columns.items()}
    assert _effect(doubled).standard_error == pytest.approx(_effect(columns).standard_error)


def test_a_covariate_that_says_nothing_changes_nothing():
    columns = only(sessions(), "turns")
    flat = columns | {"pre_turns": np.ones(len(columns["turns"]))}
    assert finding(flat, "turns").comparison.variance_kept is None
    assert vars(_effect(flat)) == pytest.approx(vars(_effect(columns)))


def test_missing_covariates_stand_at_the_mean():
    columns = only(sessions(), "turns", "pre_turns")
    sparse = columns | {"pre_turns": columns["pre_turns"].copy()}
    sparse["pre_turns"][::3] = np.nan
    assert 0 < finding(sparse, "turns").comparison.variance_kept < 1


@pytest.mark.parametrize("metric", ["turns", "is_interrupted", "accepted"])
def test_the_last_look_is_the_whole_comparison(metric):
    columns = sessions() | {}
    del columns["pre_turns"]
    comparison = finding(columns, metric).comparison
    last = comparison.looks[-1]
    always = comparison.always_valid
    assert (last.difference, last.low, last.high) == pytest.approx(
        (comparison.effect.difference, always.low, always.high)
    )


def test_a_look_is_the_comparison_of_the_days_so_far():
    columns = sessions()
    del columns["pre_turns"]
    early = columns["observed_at"] <= np.datetime64("2026-01-10")
    part = {name: np.asarray(values)[early] for name, values in columns.items()}
    for metric in ("turns", "accepted"):
        looks = finding(columns, metric).comparison.looks
        seen = next(each for each in looks if each.day == 20463)  # 2026-01-10
        alone = finding(part, metric).comparison
        assert seen.difference == pytest.approx(alone.effect.difference)
        assert seen.high == pytest.approx(alone.always_valid.high)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_corrections_never_lower_a_p_value_and_keep_the_order(p_values):
    for correct in (holm, benjamini_hochberg):
        adjusted = correct(p_values)
        assert all(new >= old * (1 - 1e-12) for new, old in zip(adjusted, p_values, strict=True))
        assert all(0 <= each <= 1 for each in adjusted)
        order = np.argsort(p_values, kind="stable")
        assert np.all(np.diff(np.array(adjusted)[order]) >= 0)


@given(st.integers(20, 10**7), st.floats(0.001, 0.2))
def test_the_always_valid_interval_and_p_value_agree(accounts, alpha):
    edge = multiple(accounts, alpha)
    assert edge > 1.96 or alpha > 0.05
    assert always_valid_p(edge, accounts, alpha) == pytest.approx(alpha, rel=1e-6)


@quick
@given(st.integers(0, 10_000))
def test_a_curve_falls_and_lies_between_nothing_and_all(seed):
    rng = np.random.default_rng(seed)
    ratios = np.where(rng.random((80, 3)) < 0.8, rng.random((80, 3)), np.nan)
    curve = survival_curve(ratios, (1.0, 7.0, 28.0), rng.integers(0, 30, 80))
    alive = (1.0, *curve.alive)
    assert all(0 <= after <= before for before, after in itertools.pairwise(alive))
    assert 1 <= curve.mean_days <= 28


def test_code_that_all_dies_at_once_is_no_error():
    curve = survival_curve(np.array([[0.0, 0.0]] * 4), (1.0, 7.0), np.arange(4))
    assert curve.alive == (0.0, 0.0) and curve.mean_days == 1.0
    assert curve.errors == (0.0, 0.0)
