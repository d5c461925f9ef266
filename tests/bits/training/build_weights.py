"""Trains the embedded model: `make weights`. Reads the authored prompts beside this file, writes
flows/bits/weights.npz and provenance.json; the same input gives the same bytes.

One logistic regression a bit, L2. Weights are stored in eight bits with one scale a bit.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import scipy.sparse
import sklearn
from sklearn.linear_model import LogisticRegression

from flows.bits.features import BLOCKS, STARTS, WIDTH, extract
from flows.bits.names import BITS
from tests.bits.training.prompts import ANSWERS, PASSES, read_pass, to_prompt

PACKAGE = Path(__file__).parents[3] / "flows" / "bits"

# How strongly a block speaks before the weights are learned; tuned by grouped cross-validation.
SCALES = {"words": 2.0, "chars": 1.0, "classes": 1.0, "rules": 0.8, "flags": 0.5}
INVERSE_PENALTY = 0.5
# These were written like most real prompts are, in plain words amid a session, so they count more.
PASS_WEIGHTS = {"i": 3.0, "j": 2.0, "k": 3.0, "l": 2.0}


def main() -> None:
    rows = [row for name in PASSES for row in read_pass(name)]
    weights, intercepts = train(rows)
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    stored = np.round(weights / scales).astype(np.int8)
    np.savez_compressed(
        PACKAGE / "weights.npz",
        weights=stored,
        scales=scales.astype(np.float32),
        intercepts=intercepts.astype(np.float32),
    )
    note = json.dumps(provenance(rows), indent=1, ensure_ascii=False)
    (PACKAGE / "provenance.json").write_text(f"{note}\n", "utf-8")


def train(rows: list[dict]) -> tuple[np.ndarray, np.ndarray]:
    """Weights (WIDTH × bits) on the features as extracted, and intercepts."""
    scaled, scale = matrix(rows) @ scipy.sparse.diags(block_scales()), block_scales()
    fits = [fit(scaled, labels(rows, bit), row_weights(rows)) for bit in BITS]
    weights = np.stack([fitted.coef_[0] * scale for fitted in fits], axis=1)
    return weights, np.array([fitted.intercept_[0] for fitted in fits])


def fit(features, labels: np.ndarray, weights: np.ndarray) -> LogisticRegression:
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=1000, tol=1e-4)
    return model.fit(features, labels, sample_weight=weights)


def row_weights(rows: list[dict]) -> np.ndarray:
    return np.array([PASS_WEIGHTS.get(row["pass"], 1.0) for row in rows])


def matrix(rows: list[dict]) -> scipy.sparse.csr_matrix:
    found = extract([to_prompt(row) for row in rows])
    return scipy.sparse.csr_matrix(
        (found.values, found.columns, found.starts), shape=(len(rows), WIDTH)
    )


def block_scales() -> np.ndarray:
    scales = np.ones(WIDTH)
    for name, size in BLOCKS.items():
        scales[STARTS[name] : STARTS[name] + size] = SCALES[name]
    return scales


def labels(rows: list[dict], bit: str) -> np.ndarray:
    return np.array([int(row["labels"].get(bit, 0)) for row in rows])


def provenance(rows: list[dict]) -> dict:
    files = [*(f"{name}.jsonl" for name in PASSES)]
    return {
        "made_by": "make weights",
        "licence": "the project's own; every prompt was written for it",
        "training_prompts": len(rows),
        "positives": {bit: int(labels(rows, bit).sum()) for bit in BITS},
        "passes": {
            name: hashlib.sha256((Path(__file__).parent / name).read_bytes()).hexdigest()
            for name in files
        },
        "lexicon": hashlib.sha256((PACKAGE / "lexicon.txt").read_bytes()).hexdigest(),
        "rules": hashlib.sha256((PACKAGE / "rules.txt").read_bytes()).hexdigest(),
        "blocks": BLOCKS,
        "scales": SCALES,
        "inverse_penalty": INVERSE_PENALTY,
        "pass_weights": PASS_WEIGHTS,
        "written_after_reading_errors": sorted(f"pass_{letter}.jsonl" for letter in ANSWERS),
        "scikit_learn": sklearn.__version__,
    }


if __name__ == "__main__":
    main()
