"""The figures against libraries that others wrote, to four digits."""

import lifelines
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import tea_tasting as tt
from lifelines.utils import restricted_mean_survival_time
from scipy.stats import chisquare
from statsmodels.stats.multitest import multipletests

from flows.scorecard.corrections import benjamini_hochberg, holm
from flows.scorecard.curves import survival_curve
from flows.scorecard.sample_ratio import sample_ratio
from tests.scorecard.sessions import finding, only, sessions

FOUR_DIGITS = {"rel": 1e-4, "abs": 1e-9}


@pytest.fixture(scope="module")
def columns() -> dict:
    return sessions(accounts=600, effect=0.2)


@pytest.fixture(scope="module")
def accounts(columns) -> pd.DataFrame:
    """One row an account: sums, sizes, and the covariate."""
    frame = pd.DataFrame(columns)
    grouped = frame.groupby(["account_key", "variant"])
    table = grouped.agg(
        turns=("turns", "sum"), sessions=("turns", "size"), before=("pre_turns", "mean"),
        interrupted=("is_interrupted", "sum"), accepted=("accepted", "sum"),
        proposed=("accepted__denominator", "sum"),
    )  # fmt: skip
    return table.reset_index()


def _effect(columns, metric: str):
    return finding(columns, metric).comparison.effect


@pytest.mark.parametrize("metric", ["turns", "is_interrupted"])
def test_the_standard_error_is_that_of_cluster_robust_least_squares(columns, metric):
    frame = pd.DataFrame(columns)
    design = sm.add_constant((frame["variant"] == "treatment").astype(float))
    options = {"groups": pd.factorize(frame["account_key"])[0], "use_correction": False}
    fit = sm.OLS(frame[metric].astype(float), design).fit(cov_type="cluster", cov_kwds=options)
    effect = _effect(only(columns, metric), metric)
    assert effect.difference == pytest.approx(fit.params.iloc[1], **FOUR_DIGITS)
    correction = np.sqrt(300 / 299)  # each variant has 300 accounts: n / (n − 1)
    assert effect.standard_error == pytest.approx(fit.bse.iloc[1] * correction, **FOUR_DIGITS)


def test_the_standard_error_is_that_of_generalised_estimating_equations(columns):
    frame = pd.DataFrame(columns)
    design = sm.add_constant((frame["variant"] == "treatment").astype(float))
    fit = sm.GEE(frame["turns"], design, groups=pd.factorize(frame["account_key"])[0]).fit()
    effect = _effect(only(columns, "turns"), "turns")
    assert effect.difference == pytest.approx(fit.params.iloc[1], **FOUR_DIGITS)
    expected = fit.bse.iloc[1] * np.sqrt(300 / 299)
    assert effect.standard_error == pytest.approx(expected, **FOUR_DIGITS)


@pytest.mark.parametrize(
    ("metric", "oracle"),
    [
        ("turns", tt.RatioOfMeans("turns", "sessions", "before")),
        ("is_interrupted", tt.RatioOfMeans("interrupted", "sessions")),
        ("accepted", tt.RatioOfMeans("accepted", "proposed")),
    ],
)
def test_effects_intervals_and_p_values_are_those_of_tea_tasting(columns, accounts, metric, oracle):
    experiment = tt.Experiment(metric=oracle)
    expected = experiment.analyze(accounts, control="control")["metric"]
    effect = _effect(columns, metric)
    assert [
        effect.difference, effect.low, effect.high, effect.p_value,
        effect.relative, effect.relative_low, effect.relative_high,
    ] == pytest.approx([
        expected.effect_size, expected.effect_size_ci_lower, expected.effect_size_ci_upper,
        expected.pvalue, expected.rel_effect_size, expected.rel_effect_size_ci_lower,
        expected.rel_effect_size_ci_upper,
    ], **FOUR_DIGITS)  # fmt: skip


def test_the_covariate_takes_out_variance(columns):
    assert finding(columns, "turns").comparison.variance_kept < 0.6


def test_corrections_are_those_of_statsmodels():
    p_values = [0.001, 0.04, 0.03, 0.8, 0.03, 0.2, 1.0]
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])
    expected = multipletests(p_values, method="fdr_bh")[1]
    assert benjamini_hochberg(p_values) == pytest.approx(expected)


def test_the_sample_ratio_is_pearsons_chi_square():
    found = sample_ratio({"a": 510, "b": 490, "c": 560}, {"a": 1, "b": 1, "c": 1.2})
    shares = np.array([1, 1, 1.2]) / 3.2
    expected = chisquare([510, 490, 560], 1560 * shares)
    assert (found.chi_square, found.p_value) == pytest.approx(tuple(expected))


DAYS = (1 / 24, 1.0, 7.0, 14.0, 28.0)


def _cohorts(count=200, seed=3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    ratios = np.cumprod(rng.beta(8, 1, (count, 5)), axis=1)
    measured = rng.integers(1, 6, count)
    return np.where(np.arange(5) < measured[:, None], ratios, np.nan)


def _as_lines(ratios: np.ndarray) -> pd.DataFrame:
    """Each session as weighted lines that died at a checkpoint or were censored at the last."""
    rows = []
    for session in ratios:
        before = 1.0
        known = session[~np.isnan(session)]
        for day, alive in zip(DAYS, known, strict=False):
            rows.append((day, 1, before - alive))
            before = alive
        rows.append((DAYS[len(known) - 1], 0, before))
    return pd.DataFrame(rows, columns=["day", "died", "weight"])


def test_the_curve_and_its_restricted_mean_are_those_of_lifelines():
    ratios = _cohorts()
    curve = survival_curve(ratios, DAYS, np.arange(len(ratios)))
    lines = _as_lines(ratios)
    fit = lifelines.KaplanMeierFitter().fit(lines.day, lines.died, weights=lines.weight)
    expected = [float(fit.predict(day)) for day in DAYS]
    assert curve.alive == pytest.approx(expected, **FOUR_DIGITS)
    mean = restricted_mean_survival_time(fit, t=28)
    assert curve.mean_days == pytest.approx(float(mean), **FOUR_DIGITS)


def test_where_an_account_is_one_line_the_variance_is_greenwoods():
    rng = np.random.default_rng(4)
    ratios = (_cohorts(2000) > rng.random(2000)[:, None] * 0.9).astype(float)
    ratios = np.where(np.isnan(_cohorts(2000)), np.nan, np.minimum.accumulate(ratios, axis=1))
    curve = survival_curve(ratios, DAYS, np.arange(2000))
    lines = _as_lines(ratios)
    lines = lines[lines.weight > 0]
    fit = lifelines.KaplanMeierFitter().fit(lines.day, lines.died)
    table = fit.event_table.iloc[1:]
    hazards = table.observed / (table.at_risk * (table.at_risk - table.observed))
    greenwood = np.sqrt(hazards.cumsum()).to_numpy() * np.array(curve.alive)
    assert np.array(curve.errors) * np.sqrt(1999 / 2000) == pytest.approx(greenwood, rel=1e-4)


def test_the_error_of_the_restricted_mean_is_that_of_leaving_accounts_out():
    ratios = _cohorts(150)
    accounts = np.arange(150) // 3
    curve = survival_curve(ratios, DAYS, accounts)
    left = [
        survival_curve(ratios[accounts != out], DAYS, accounts[accounts != out]).mean_days
        for out in range(50)
    ]
    jackknife = np.sqrt(49 / 50 * np.sum((np.array(left) - np.mean(left)) ** 2))
    assert curve.mean_error == pytest.approx(jackknife, rel=0.03)
