"""Thresholds: in order, and precise where they promise to be."""

import numpy as np
import pytest

from flows.bits.calibration import load_calibration, sigmoid
from tests.bits.training.calibrate import best_f1, calibrate, few_denied, platt, precise


@pytest.fixture(scope="module")
def drawn() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits whose log-odds are 2 · logit − 3, labels drawn by them, forty repositories."""
    random = np.random.default_rng(1)
    logits = random.normal(0, 1.5, 8000)
    truth = (random.random(8000) < sigmoid(2 * logits - 3)).astype(int)
    return logits, truth, random.integers(0, 40, 8000)


def test_the_shipped_thresholds_are_in_order():
    found = load_calibration()
    assert (found.sure_false <= found.balanced).all()
    assert (found.balanced <= found.sure_true).all()
    assert (found.sure_true <= found.certain).all()


def test_a_slope_and_an_offset_are_found_again(drawn):
    logits, truth, _ = drawn
    slope, offset = platt(logits, truth)
    assert slope == pytest.approx(2, abs=0.2)
    assert offset == pytest.approx(-3, abs=0.3)


def test_what_is_sure_is_as_precise_as_was_asked(drawn):
    logits, truth, groups = drawn
    found = calibrate(logits, truth, groups, 0.9)
    scores = sigmoid(found["slopes"] * logits + found["offsets"])
    assert truth[scores >= found["sure_true"]].mean() == pytest.approx(0.9, abs=0.03)
    assert truth[scores >= found["certain"]].mean() > 0.94


def test_what_is_denied_is_hardly_ever_true(drawn):
    logits, truth, groups = drawn
    found = calibrate(logits, truth, groups, 0.9)
    scores = sigmoid(found["slopes"] * logits + found["offsets"])
    assert (scores[truth == 1] < found["sure_false"]).mean() < 0.13


def test_where_no_prompt_is_precise_enough_none_of_them_is_sure():
    assert precise(np.array([0.1, 0.4, 0.6]), 0.9) == 0.9


def test_the_threshold_of_best_f1_parts_what_can_be_parted():
    scores, truth = np.array([0.1, 0.2, 0.7, 0.9]), np.array([0, 0, 1, 1])
    assert best_f1(scores, truth) == 0.7
    assert few_denied(scores, truth) == pytest.approx(0.72)
