"""Noise on public cells: what is stated, what is withheld, and that the loss is what is claimed.

Bounds are such that a sound implementation fails less than once in a million runs.
"""

import math
import statistics

import pytest

from flows.adapters.opendp_noise import discrete_laplace
from flows.release.aggregate_dp import Cohorts, Total, draw_cohorts, standard_error
from tests.release.evidence import epsilon_at_least, laplace_fit

WIDE = (-(10**9), 10**9)


def cohorts(least: int = 10, epsilon: float = 0.5) -> Cohorts:
    return Cohorts(
        keys=("variant",),
        cells=(("control",), ("treatment",), ("none",)),
        totals=(
            Total("account_count", "accounts", None, epsilon, (least, 10**9)),
            Total("turn_count", "turn_count", (0, 50), epsilon, WIDE),
        ),
        sessions_per_account=5,
        count_name="account_count",
        least=least,
    )


def exactly(values, scale, bound):
    return values, bound / scale


def test_every_public_cell_is_there_and_no_other():
    exact = {("control",): (40, 900), ("secret",): (70, 100)}
    rows = draw_cohorts(cohorts(), exact, exactly).rows
    assert [row[0] for row in rows] == ["control", "none", "treatment"]
    assert [row[1] for row in rows] == [40, None, None]


def test_a_cell_below_the_minimum_says_nothing_but_the_size_of_the_noise():
    exact = {("control",): (9, 900), ("treatment",): (10, 900)}
    rows = {row[0]: row[1:] for row in draw_cohorts(cohorts(), exact, exactly).rows}
    assert rows["control"] == (None, 3, None, 708)
    assert rows["treatment"] == (10, 3, 900, 708)


def test_the_minimum_is_judged_on_the_noisy_count():
    def low(values, scale, bound):
        return [value - 5 for value in values], bound / scale

    exact = {("control",): (14, 900)}
    assert draw_cohorts(cohorts(), exact, low).rows[0][1] is None


def test_noise_beyond_a_domain_is_held_at_its_end():
    def huge(values, scale, bound):
        return [10**12 for _ in values], bound / scale

    assert draw_cohorts(cohorts(), {}, huge).rows[0][1] == 10**9


def test_the_loss_is_what_opendp_proves_and_never_more_than_the_policy_s():
    draw = draw_cohorts(cohorts(), {}, discrete_laplace)
    assert draw.stated["turn_count"]["sensitivity"] == 250
    assert draw.stated["account_count"]["sensitivity"] == 1
    assert 0.999 < draw.epsilon <= 1.0


@pytest.mark.parametrize("scale", [0.5, 1.0, 80.0])
def test_the_stated_standard_error_is_that_of_the_noise(scale):
    noisy, _ = discrete_laplace([7] * 40_000, scale, 1)
    # The fourth moment of Laplace noise is 6 variances squared: 8 errors of the variance's mean.
    tolerance = 8 * math.sqrt(5 / len(noisy))
    found = statistics.pvariance(noisy, mu=7) / standard_error(scale) ** 2
    assert found == pytest.approx(1, abs=tolerance + 0.05 * (scale < 1))


@pytest.mark.parametrize("scale", [1.5, 20.0])
def test_the_noise_fits_the_discrete_laplace_distribution(scale):
    noisy, _ = discrete_laplace([0] * 40_000, scale, 1)
    assert laplace_fit(noisy, scale) > 1e-7


def test_another_distribution_does_not_fit():
    """The check above has the power to refuse: the same noise under a claim of less."""
    noisy, _ = discrete_laplace([0] * 40_000, 20.0, 1)
    assert laplace_fit(noisy, 18.5) < 1e-7


def test_two_worlds_that_differ_in_one_account_are_told_apart_no_better_than_claimed():
    """The account is all of what its clamp lets it be; 30,000 releases of each world."""
    cells = tuple((str(number),) for number in range(30_000))
    total = Total("account_count", "sessions", None, 1.0, WIDE)
    policy = Cohorts(("n",), cells, (total,), 5, "account_count", -(10**9))
    without = [row[1] for row in draw_cohorts(policy, {}, discrete_laplace).rows]
    full = dict.fromkeys(cells, (5,))
    with_it = [row[1] for row in draw_cohorts(policy, full, discrete_laplace).rows]
    found = epsilon_at_least(with_it, without, confidence=1 - 1e-7)
    assert 0.6 < found <= 1.0


def test_the_check_of_two_worlds_sees_noise_that_is_too_small():
    with_it, _ = discrete_laplace([10] * 30_000, 5.0, 5)
    without, _ = discrete_laplace([0] * 30_000, 5.0, 5)
    assert epsilon_at_least(with_it, without, confidence=1 - 1e-7) > 1.0
