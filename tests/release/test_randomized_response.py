"""Rows of which no value is known to be true."""

import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.adapters.opendp_noise import answering, chance, permutation_seed
from flows.release.randomized_response import (
    Question,
    Survey,
    draw_answers,
    matrix,
    permuted,
    unbiasing,
)

SURVEY = Survey(
    questions=(
        Question("variant", "variant", ("none", "control", "treatment"), 0.5),
        Question("is_interrupted", "is_interrupted", (False, True), 0.75),
    ),
    rows=50,
    epsilon_of_count=0.1,
)
SEED = "5" * 32


def draw(truths, survey=SURVEY, seed=SEED):
    return draw_answers(survey, truths, answering, chance, seed)


@pytest.mark.parametrize("accounts", [0, 1, 49, 50])
def test_rows_are_as_many_as_policy_says_however_many_accounts_there_are(accounts):
    drawn = draw([("control", True)] * accounts)
    assert len(drawn.rows) == 50
    assert {row[0] for row in drawn.rows} <= {"none", "control", "treatment"}
    assert {row[1] for row in drawn.rows} <= {False, True}


def test_the_loss_follows_from_the_probability_of_the_truth():
    drawn = draw([])
    assert drawn.stated["is_interrupted"]["epsilon"] == pytest.approx(math.log(3))
    assert drawn.stated["variant"]["epsilon"] == pytest.approx(math.log(2))
    assert drawn.epsilon == pytest.approx(math.log(6))


@given(st.integers(2, 9), st.floats(0.51, 0.99))
def test_unbiasing_undoes_the_probabilities(values, truth):
    there, back = matrix(values, truth), unbiasing(values, truth)
    for i in range(values):
        assert sum(there[i]) == pytest.approx(1)
        for j in range(values):
            product = sum(there[i][k] * back[k][j] for k in range(values))
            assert product == pytest.approx(float(i == j), abs=1e-9)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_shares_are_estimated_without_bias(share):
    """Within six standard errors of the answers: a sound draw fails once in 500 million."""
    size = 6000
    question = SURVEY.questions[1]
    survey = Survey((question,), size, 0.1)
    truths = [(number < share * size,) for number in range(size)]
    drawn = draw(truths, survey)
    told = Counter(row[0] for row in drawn.rows)
    back = unbiasing(2, question.truth)
    estimated = sum(
        told[value] / size * back[place][1] for place, value in enumerate((False, True))
    )
    error = math.sqrt(question.truth * (1 - question.truth) / size) / (2 * question.truth - 1)
    assert abs(estimated - share) < 6 * error


def test_chance_answers_favour_no_value():
    told = Counter(chance((False, True)) for _ in range(6000))
    assert abs(told[True] - 3000) < 6 * math.sqrt(6000) / 2


def test_the_order_of_rows_follows_from_their_values_and_the_seed_alone():
    rows = [(name, flag) for name in ("a", "b", "c") for flag in (False, True)] * 3
    shuffled = random.Random(1).sample(rows, len(rows))
    assert permuted(rows, SEED) == permuted(shuffled, SEED) != sorted(rows)
    assert permuted(rows, SEED) != permuted(rows, permutation_seed())


def test_an_account_that_is_added_changes_the_chance_of_a_row_by_no_more_than_claimed():
    """Exactly, for one place: an answer by chance against the answer of any account."""
    for question in SURVEY.questions:
        size = len(question.values)
        epsilon = math.log(question.truth * (size - 1) / (1 - question.truth))
        for row in [*matrix(size, question.truth), [1 / size] * size]:
            for other in [*matrix(size, question.truth), [1 / size] * size]:
                ratios = [math.log(p / q) for p, q in zip(row, other, strict=True)]
                assert max(ratios) <= epsilon + 1e-12
