"""Measures against scikit-learn's, and on cases that can be told by heart."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, f1_score, roc_auc_score

from flows.bits import metrics

pairs = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.2, 0.2, 0.5, 0.9, 1.0])), min_size=4
).filter(lambda found: len({truth for truth, _ in found}) == 2)


@given(pairs)
def test_ranking_agrees_with_scikit_learn_on_ties_too(found):
    truth, scores = np.array([t for t, _ in found]), np.array([s for _, s in found])
    assert metrics.auc(truth, scores) == pytest.approx(roc_auc_score(truth, scores))


@given(pairs)
def test_f1_agrees_with_scikit_learn(found):
    truth, marked = np.array([t for t, _ in found]), np.array([s > 0.4 for _, s in found])
    assert metrics.f1(truth, marked) == pytest.approx(f1_score(truth, marked))
    ours = metrics.macro_f1(truth, marked)
    assert math.isnan(ours) or ours == pytest.approx(f1_score(truth, marked, average="macro"))


def test_agreement_beyond_chance_agrees_with_scikit_learn():
    first, second = np.array([1, 1, 0, 0, 1, 0, 1], bool), np.array([1, 0, 0, 0, 1, 1, 1], bool)
    assert metrics.kappa(first, second) == pytest.approx(cohen_kappa_score(first, second))


def test_scores_that_mean_what_they_say_have_no_calibration_error():
    truth = np.array([True, False, False, False] * 25)
    assert metrics.calibration_error(truth, np.full(100, 0.25)) == pytest.approx(0)
    assert metrics.calibration_error(truth, np.full(100, 0.75)) == pytest.approx(0.5)


def test_what_cannot_be_measured_is_no_number():
    nothing = np.zeros(0, bool)
    assert math.isnan(metrics.auc(nothing, np.zeros(0)))
    assert math.isnan(metrics.precision(np.array([True]), np.array([False])))
    assert all(map(math.isnan, metrics.interval(lambda _: 1.0, np.array(["one", "one"]))))


def test_an_interval_resamples_whole_groups():
    groups = np.repeat(["a", "b", "c", "d"], 50)
    values = np.repeat([0.0, 0.0, 1.0, 1.0], 50)
    low, high = metrics.interval(lambda rows: values[rows].mean(), groups)
    assert low == 0
    assert high == 1
