"""Fits calibration and thresholds of the shipped weights on a labelled file that lies outside the
project: `python -m tests.bits.training.calibrate FILE.jsonl` writes flows/bits/calibration.json.

Only these few numbers a bit come from that file, no weight. The thresholds of best F1 and of
denial are medians over resamples of whole repositories (cluster bootstrap), so that no single
project sets them; those of sure decisions follow from the calibrated probabilities.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from flows.bits.calibration import sigmoid
from flows.bits.features import extract
from flows.bits.model import load_model
from flows.bits.names import BITS
from tests.bits.training.build_weights import PACKAGE, labels
from tests.bits.training.prompts import to_prompt

RESAMPLES = 200
# The precision that `sure_true` and `certain` aim at. Higher than the 80 % that is promised of
# `satisfied` and `dissatisfied`: measured on repositories left out, six times five folds, 0.9 gave
# .92 and .77; of `dissatisfied` nothing higher gave more.
SURE_PRECISION, CERTAIN_PRECISION = 0.85, 0.97
PROMISED = {"satisfied": 0.9, "dissatisfied": 0.9}
# Of prompts with the bit, the share that `sure_false` may deny.
MAX_DENIED = 0.1
# Too few positives in real prompts to fit anything. Thresholds from five-fold cross-validation on
# the authored prompts: precision .79 (recall .53) at 0.25, .91 at 0.35, .94 at 0.5.
UNFITTED = {"danger_flagged": (0.25, 0.35, 0.0, 0.5)}


def main(path: str) -> None:
    rows = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]
    found = load_model().logits(extract([to_prompt(row) for row in rows])).astype(np.float64)
    groups = np.unique([row["source_repo"] for row in rows], return_inverse=True)[1]
    bits = {
        bit: unfitted(bit)
        if bit in UNFITTED
        else calibrate(
            found[:, place], labels(rows, bit), groups, PROMISED.get(bit, SURE_PRECISION)
        )
        for place, bit in enumerate(BITS)
    }
    note = {
        "fitted_on": {"prompts": len(rows), "repositories": int(groups.max()) + 1},
        "bits": bits,
    }
    (PACKAGE / "calibration.json").write_text(json.dumps(note, indent=1) + "\n", "utf-8")


def calibrate(logits: np.ndarray, truth: np.ndarray, groups: np.ndarray, precision: float) -> dict:
    """Slope, offset and the thresholds (as probabilities) of one bit."""
    slope, offset = platt(logits, truth)
    scores = sigmoid(slope * logits + offset)
    balanced = resampled(best_f1, scores, truth, groups)
    sure = max(precise(scores, precision), balanced)
    certain = max(precise(scores, CERTAIN_PRECISION), sure)
    unlikely = min(resampled(few_denied, scores, truth, groups), balanced)
    return _named(slope, offset, balanced, sure, unlikely, certain)


def unfitted(bit: str) -> dict:
    """The thresholds of a bit in UNFITTED, on probabilities as learned."""
    return _named(1.0, 0.0, *UNFITTED[bit])


def _named(*values: float) -> dict[str, float]:
    names = ("slopes", "offsets", "balanced", "sure_true", "sure_false", "certain")
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}


def platt(logits: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Slope and offset of least log loss, targets smoothed as in Platt (1999)."""
    positive, negative = truth.sum(), len(truth) - truth.sum()
    target = np.where(truth == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def loss(parameters: np.ndarray) -> float:
        found = parameters[0] * logits + parameters[1]
        return float(np.sum(np.logaddexp(0, found) - target * found))

    return tuple(minimize(loss, np.array([1.0, 0.0]), method="BFGS").x)


def resampled(choose: Callable, scores: np.ndarray, truth: np.ndarray, groups: np.ndarray) -> float:
    """The median choice over resamples of groups."""
    random, count = np.random.default_rng(0), groups.max() + 1
    members = [np.flatnonzero(groups == group) for group in range(count)]
    chosen = []
    for _ in range(RESAMPLES):
        drawn = np.concatenate([members[group] for group in random.integers(0, count, count)])
        if truth[drawn].sum() >= 2:
            chosen.append(choose(scores[drawn], truth[drawn]))
    return float(np.median(chosen))


def best_f1(scores: np.ndarray, truth: np.ndarray) -> float:
    order = np.argsort(-scores, kind="stable")
    hit = np.cumsum(truth[order])
    f1 = 2 * hit / (np.arange(1, len(truth) + 1) + truth.sum())
    return float(scores[order][int(np.argmax(f1))])


def precise(scores: np.ndarray, precision: float) -> float:
    """The least threshold above which the mean probability is `precision`.

    By the calibrated probabilities and not by counting: there are too few true positives at the top
    for counts to hold on other repositories.
    """
    ordered = np.sort(scores)[::-1]
    good = np.cumsum(ordered) / np.arange(1, len(ordered) + 1) >= precision
    return float(ordered[np.flatnonzero(good)[-1]]) if good.any() else precision


def few_denied(scores: np.ndarray, truth: np.ndarray) -> float:
    return float(np.quantile(scores[truth == 1], MAX_DENIED))


if __name__ == "__main__":
    main(sys.argv[1])
