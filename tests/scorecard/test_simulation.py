"""Small seeded versions of tests/benchmarks/scorecard_simulation.py."""

import numpy as np
import pytest

from tests.benchmarks.scorecard_simulation import coverage, false_positives, power


@pytest.mark.parametrize("sessions", [2, 8, 20])
def test_equal_variants_are_called_different_about_as_often_as_promised(sessions):
    by_account, by_session = false_positives(np.random.default_rng(7), 600, sessions)
    assert 0.03 <= by_account <= 0.07
    assert by_session > by_account


def test_power_is_what_theory_says():
    found, theory = power(np.random.default_rng(8), 2000, 0.8)
    assert found == pytest.approx(theory, abs=0.03)


def test_always_valid_intervals_hold_at_all_looks():
    held, fixed = coverage(np.random.default_rng(9), 60, 200, "daily")
    assert held >= 0.95 > fixed
