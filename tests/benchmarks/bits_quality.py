"""What the embedded model gains from data and from each kind of feature:

    python -m tests.benchmarks.bits_quality LABELLED.jsonl

Weights are trained on the authored prompts alone; the labelled file measures them. Thresholds for
F1 are chosen on other repositories than those they are measured on (five groups). Session figures
are simulated: sessions of 1 – 40 prompts of one repository, none of which has the bit.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import scipy.sparse

from flows.bits import metrics
from flows.bits.calibration import load_calibration
from flows.bits.embedded import Embedded
from flows.bits.evaluation import MEAN_BITS
from flows.bits.features import BLOCKS, STARTS
from flows.bits.landed import rate
from flows.bits.names import BITS
from tests.bits.training.build_weights import block_scales, fit, labels, matrix
from tests.bits.training.calibrate import best_f1
from tests.bits.training.prompts import PASSES, read_pass, to_prompt

_FOLDS, _SESSIONS = 5, 4000
_LENGTHS = np.array([1, 2, 3, 5, 8, 12, 20, 40])
# 42 % of sessions have one prompt.
_SHARES = np.array([0.42, 0.12, 0.1, 0.12, 0.09, 0.07, 0.05, 0.03])


def main(path: str) -> None:
    rows = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]
    authored = [row for name in PASSES for row in read_pass(name)]
    train, test = (matrix(found) @ scipy.sparse.diags(block_scales()) for found in (authored, rows))
    groups = folds([row["source_repo"] for row in rows])
    for name, chosen in curve(len(authored)):
        show(name, [authored[i] for i in chosen], train[chosen], rows, test, groups)
    for block in BLOCKS:
        kept = without(block, train.shape[1])
        show(f"without {block}", authored, train @ kept, rows, test @ kept, groups)
    sessions(rows)


def curve(count: int) -> Iterator[tuple[str, np.ndarray]]:
    """Learning curve: growing random parts of the authored prompts."""
    order = np.random.default_rng(0).permutation(count)
    for size in (500, 1000, 2000, 3000, 4000, count):
        yield f"{size} prompts", np.sort(order[:size])


def without(block: str, width: int) -> scipy.sparse.dia_matrix:
    kept = np.ones(width)
    kept[STARTS[block] : STARTS[block] + BLOCKS[block]] = 0
    return scipy.sparse.diags(kept)


def show(name: str, authored, train, rows, test, groups: np.ndarray) -> None:
    """Prints mean AUC, macro-F1 and F1 over the bits, and AUC/F1 a bit."""
    found = []
    for bit in MEAN_BITS:
        scores = fit(train, labels(authored, bit)).decision_function(test)
        truth = labels(rows, bit).astype(bool)
        marked = crossed(scores, truth, groups)
        found.append(
            (metrics.auc(truth, scores), metrics.macro_f1(truth, marked), metrics.f1(truth, marked))
        )
    mean = np.mean(found, axis=0)
    each = " ".join(f"{one[0]:.2f}/{one[2]:.2f}" for one in found)
    print(f"{name:18s} AUC {mean[0]:.3f}  macro-F1 {mean[1]:.3f}  F1 {mean[2]:.3f} | {each}")


def crossed(scores: np.ndarray, truth: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Decisions by the best threshold of the other groups."""
    marked = np.zeros(len(truth), bool)
    for group in range(_FOLDS):
        here = groups == group
        marked[here] = scores[here] >= best_f1(scores[~here], truth[~here])
    return marked


def folds(repositories: list[str]) -> np.ndarray:
    """A fold a prompt: whole repositories, the largest first into the emptiest fold."""
    names, counts = np.unique(repositories, return_counts=True)
    sizes, fold_of = [0] * _FOLDS, {}
    for place in np.argsort(-counts, kind="stable"):
        fold_of[names[place]] = int(np.argmin(sizes))
        sizes[fold_of[names[place]]] += counts[place]
    return np.array([fold_of[name] for name in repositories])


def sessions(rows: list[dict]) -> None:
    """Prints the share of clean simulated sessions that the aggregation calls true."""
    landed = rate(Embedded().score([to_prompt(row) for row in rows]), load_calibration())
    random = np.random.default_rng(0)
    for place, bit in enumerate(BITS):
        pools = clean_pools(rows, bit)
        weights = np.array([len(pool) for pool in pools]) / sum(map(len, pools))
        told = [
            is_true([landed[i][place] for i in random.choice(pools[pool], length)])
            for pool, length in zip(
                random.choice(len(pools), _SESSIONS, p=weights),
                random.choice(_LENGTHS, _SESSIONS, p=_SHARES),
                strict=True,
            )
        ]
        print(f"clean sessions called {bit}: {np.mean(told):.3f}")


def clean_pools(rows: list[dict], bit: str) -> list[np.ndarray]:
    """The prompts without the bit, a pool a repository."""
    names = np.array([row["source_repo"] for row in rows])
    clean = labels(rows, bit) == 0
    pools = (np.flatnonzero((names == name) & clean) for name in np.unique(names))
    return [pool for pool in pools if len(pool)]


def is_true(turns: list) -> bool:
    """As dbt/macros/session_bit.sql decides."""
    left = {"high": 0.03, "medium": 0.3, "low": 0.7}
    evidence = 1 - np.prod([left[bucket] for value, bucket in turns if value])
    return evidence >= (0.7 if len(turns) <= 5 else 0.9)


if __name__ == "__main__":
    main(sys.argv[1])
