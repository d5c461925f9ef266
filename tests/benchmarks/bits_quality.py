"""What the embedded model gains from data and from each kind of feature:

    python -m tests.benchmarks.bits_quality LABELLED.jsonl

Weights are trained on the authored prompts alone; the labelled file measures them. All thresholds
are chosen on other repositories than those they are measured on (five groups). Session figures are
simulated: sessions of 1 – 40 prompts of one repository, none of which has the bit.

The passes in ANSWERS were written after reading the model's errors on a labelled set: on that set
they flatter, so they are left out of the learning curve and shown by themselves.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy.sparse

from flows.bits import metrics
from flows.bits.calibration import Calibration
from flows.bits.evaluation import MEAN_BITS
from flows.bits.features import BLOCKS, STARTS
from flows.bits.landed import rate
from flows.bits.names import BITS
from tests.bits.training.build_weights import block_scales, fit, labels, matrix, row_weights
from tests.bits.training.calibrate import (
    PROMISED,
    SURE_PRECISION,
    UNFITTED,
    best_f1,
    calibrate,
    unfitted,
)
from tests.bits.training.prompts import ANSWERS, PASSES, read_pass

_FOLDS, _SESSIONS = 5, 4000
_LENGTHS = np.array([1, 2, 3, 5, 8, 12, 20, 40])
# 42 % of sessions have one prompt.
_SHARES = np.array([0.42, 0.12, 0.1, 0.12, 0.09, 0.07, 0.05, 0.03])


class Data(NamedTuple):
    """`features`: a row a prompt, block by block as loud as in training."""

    rows: list[dict]
    features: scipy.sparse.csr_matrix

    def take(self, chosen: np.ndarray) -> "Data":
        return Data([self.rows[i] for i in chosen], self.features[chosen])


def main(path: str) -> None:
    test = to_data([json.loads(line) for line in Path(path).read_text("utf-8").splitlines()])
    train = to_data([row for name in PASSES for row in read_pass(name)])
    for name, chosen in curve(train.rows):
        show(name, train.take(chosen), test)
    for block in BLOCKS:
        kept = without(block)
        parts = (data._replace(features=data.features @ kept) for data in (train, test))
        show(f"without {block}", *parts)
    logits = np.stack([predict(train, test, bit) for bit in BITS], axis=1)
    show_sure(test.rows, *crossed_scores(test.rows, logits))


def to_data(rows: list[dict]) -> Data:
    return Data(rows, (matrix(rows) @ scipy.sparse.diags(block_scales())).tocsr())


def curve(rows: list[dict]) -> Iterator[tuple[str, np.ndarray]]:
    """Growing random parts of the authored prompts; then the answers to errors, then all."""
    independent = np.flatnonzero([row["pass"] not in ANSWERS for row in rows])
    order = np.random.default_rng(0).permutation(independent)
    for size in (500, 1000, 2000, 3000, 4500, len(order)):
        yield f"{size} prompts", np.sort(order[:size])
    yield "only answers", np.setdiff1d(np.arange(len(rows)), independent)
    yield f"all {len(rows)}", np.arange(len(rows))


def without(block: str) -> scipy.sparse.dia_matrix:
    kept = np.ones(len(block_scales()))
    kept[STARTS[block] : STARTS[block] + BLOCKS[block]] = 0
    return scipy.sparse.diags(kept)


def predict(train: Data, test: Data, bit: str) -> np.ndarray:
    fitted = fit(train.features, labels(train.rows, bit), row_weights(train.rows))
    return fitted.decision_function(test.features)


def show(name: str, train: Data, test: Data) -> None:
    """Prints mean AUC, macro-F1 and F1 over the bits, and AUC/F1 a bit."""
    groups, found = folds(test.rows), []
    for bit in MEAN_BITS:
        scores, truth = predict(train, test, bit), labels(test.rows, bit).astype(bool)
        marked = crossed(scores, truth, groups)
        measures = (metrics.macro_f1(truth, marked), metrics.f1(truth, marked))
        found.append((metrics.auc(truth, scores), *measures))
    mean = np.mean(found, axis=0)
    each = " ".join(f"{one[0]:.2f}/{one[2]:.2f}" for one in found)
    print(f"{name:16s} AUC {mean[0]:.3f}  macro-F1 {mean[1]:.3f}  F1 {mean[2]:.3f} | {each}")


def crossed(scores: np.ndarray, truth: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Decisions by the best threshold of the other groups."""
    marked = np.zeros(len(truth), bool)
    for group in range(_FOLDS):
        here = groups == group
        marked[here] = scores[here] >= best_f1(scores[~here], truth[~here])
    return marked


def folds(rows: list[dict]) -> np.ndarray:
    """A fold a prompt: whole repositories, the largest first into the emptiest fold."""
    names, counts = np.unique([row["source_repo"] for row in rows], return_counts=True)
    sizes, fold_of = [0] * _FOLDS, {}
    for place in np.argsort(-counts, kind="stable"):
        fold_of[names[place]] = int(np.argmin(sizes))
        sizes[fold_of[names[place]]] += counts[place]
    return np.array([fold_of[row["source_repo"]] for row in rows])


def crossed_scores(rows: list[dict], logits: np.ndarray) -> tuple[np.ndarray, list]:
    """What lands of each prompt, prompts × BITS of (value, bucket), and whether it is sure, all by
    a calibration on the other groups."""
    groups, landed = folds(rows), [None] * len(rows)
    sure = np.zeros((len(rows), len(BITS), 2), bool)
    for group in range(_FOLDS):
        here = np.flatnonzero(groups == group)
        fitted = fit_calibration(rows, logits, np.flatnonzero(groups != group))
        scores = fitted.probabilities(logits[here])
        sure[here] = np.stack([scores >= fitted.sure_true, scores < fitted.sure_false], axis=2)
        for place, found in zip(here, rate(scores, fitted), strict=True):
            landed[place] = found
    return sure, landed


def fit_calibration(rows: list[dict], logits: np.ndarray, chosen: np.ndarray) -> Calibration:
    part = [rows[i] for i in chosen]
    groups = np.unique([row["source_repo"] for row in part], return_inverse=True)[1]
    bits = [
        unfitted(bit)
        if bit in UNFITTED
        else calibrate(
            logits[chosen, place], labels(part, bit), groups, PROMISED.get(bit, SURE_PRECISION)
        )
        for place, bit in enumerate(BITS)
    ]
    return Calibration(*(np.array([bit[name] for bit in bits]) for name in Calibration._fields))


def show_sure(rows: list[dict], sure: np.ndarray, landed: list) -> None:
    """Prints, a bit: precision and recall of sure decisions, the share of prompts that have one,
    and the share of clean simulated sessions that the aggregation calls true."""
    for place, bit in enumerate(BITS):
        truth = labels(rows, bit).astype(bool)
        true, false = sure[:, place, 0], sure[:, place, 1] & (bit not in UNFITTED)
        told = [is_true([landed[i][place] for i in turns]) for turns in clean_sessions(rows, bit)]
        print(
            f"{bit:26s} sure: precision {metrics.precision(truth, true):.2f}"
            f"  recall {metrics.recall(truth, true):.2f}  covered {(true | false).mean():.2f}"
            f"  clean sessions called true {np.mean(told):.3f}"
        )


def clean_sessions(rows: list[dict], bit: str) -> Iterator[np.ndarray]:
    """Simulated sessions of prompts of one repository that have not the bit."""
    random, names = np.random.default_rng(0), np.array([row["source_repo"] for row in rows])
    clean = np.flatnonzero(labels(rows, bit) == 0)
    for _ in range(_SESSIONS):
        pool = clean[names[clean] == names[random.choice(clean)]]
        yield random.choice(pool, random.choice(_LENGTHS, p=_SHARES))


def is_true(turns: list) -> bool:
    """As dbt/macros/session_bit.sql decides."""
    left = {"high": 0.03, "medium": 0.3, "low": 0.7}
    evidence = 1 - np.prod([left[bucket] for value, bucket in turns if value])
    return evidence >= (0.7 if len(turns) <= 5 else 0.9)


if __name__ == "__main__":
    main(sys.argv[1])
