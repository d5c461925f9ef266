"""Rows under randomised response: no value of a row is known to be true.

Warner (1965), for k values: an answer is the truth with probability t, else one of the other k − 1
values, each as likely: ε = ln(t (k − 1)/(1 − t)). An account gives one answer a signal and window,
from one of its sessions, however often the release is made: the answers are memoised in the record
of the draw. Answers of the same account in several windows are drawn afresh and paid for anew;
replaying a coin beside a value that has changed since would tell which answers were true.

Rows are always as many as policy says. A place that no account fills gets an answer by chance, each
value as likely: it differs from any account's by less than e^ε, so that taking part is covered too.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

Value = str | bool
# values, truth → the answering function and ε as OpenDP proves it
Answering = Callable[[Sequence[Value], float], tuple[Callable[[Value], Value], float]]


class Question(NamedTuple):
    """A column: its values in order, the probability of the truth, and the model's column."""

    name: str
    of: str
    values: tuple[Value, ...]
    truth: float


class Survey(NamedTuple):
    questions: tuple[Question, ...]
    rows: int
    epsilon_of_count: float


class Answers(NamedTuple):
    """`rows` in their released order; `stated` are the record's fields by question."""

    rows: list[tuple]
    stated: dict[str, dict]
    epsilon: float


def draw_answers(
    survey: Survey,
    truths: Sequence[tuple[Value, ...]],
    answering: Answering,
    chance: Callable[[Sequence[Value]], Value],
    seed: str,
) -> Answers:
    """`truths` are the sampled accounts' values, at most `survey.rows`; `chance` picks evenly."""
    missing = survey.rows - len(truths)
    columns, stated = [], {}
    for place, question in enumerate(survey.questions):
        answer, epsilon = answering(question.values, question.truth)
        told = [answer(truth[place]) for truth in truths]
        columns.append(told + [chance(question.values) for _ in range(missing)])
        stated[question.name] = _stated(question, epsilon)
    rows = permuted(list(zip(*columns, strict=True)), seed)
    return Answers(rows, stated, sum(each["epsilon"] for each in stated.values()))


def permuted(rows: list[tuple], seed: str) -> list[tuple]:
    """The rows, sorted, then in the order of SHA-256 of `<seed>-<place from 1>`."""
    numbered = enumerate(sorted(rows), start=1)
    keyed = [
        (hashlib.sha256(f"{seed}-{place}".encode()).hexdigest(), row) for place, row in numbered
    ]
    return [row for _, row in sorted(keyed)]


def matrix(values: int, truth: float) -> list[list[float]]:
    """Row: the true value, column: the probability of each answer."""
    other = (1 - truth) / (values - 1)
    return [[truth if i == j else other for j in range(values)] for i in range(values)]


def unbiasing(values: int, truth: float) -> list[list[float]]:
    """The inverse of `matrix`: applied to counts of answers it estimates counts of the truth."""
    other = (1 - truth) / (values - 1)
    return [[((i == j) - other) / (truth - other) for j in range(values)] for i in range(values)]


def _stated(question: Question, epsilon: float) -> dict:
    size = len(question.values)
    return {
        "of": question.of,
        "truth": question.truth,
        "values": list(question.values),
        "epsilon": epsilon,
        "probabilities": matrix(size, question.truth),
        "unbiasing": unbiasing(size, question.truth),
    }
