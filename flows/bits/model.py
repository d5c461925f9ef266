"""The embedded model: logistic regressions on sparse features, weights in eight bits, by numpy."""

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from flows.bits.features import WIDTH, Sparse
from flows.bits.names import BITS
from flows.policy.errors import WinnowError


class Model(NamedTuple):
    """`weights`: float32, WIDTH × bits; `intercepts`: one a bit."""

    weights: np.ndarray
    intercepts: np.ndarray

    def logits(self, features: Sparse) -> np.ndarray:
        """rows × bits, float32: the log-odds before calibration."""
        count = len(features.starts) - 1
        if not count:
            return np.zeros((0, len(BITS)), np.float32)
        terms = self.weights[features.columns] * features.values[:, None]
        # Every row has a bias, so no slice is empty.
        return np.add.reduceat(terms, features.starts[:-1], axis=0) + self.intercepts


@cache
def load_model() -> Model:
    """The shipped weights. Raises WinnowError where they do not fit the features."""
    with files("flows.bits").joinpath("weights.npz").open("rb") as file, np.load(file) as stored:
        weights, scales, intercepts = (stored[n] for n in ("weights", "scales", "intercepts"))
    if weights.shape != (WIDTH, len(BITS)):
        raise WinnowError(
            "the bits model's weights do not fit its features", remedy="run `make weights`"
        )
    return Model(weights.astype(np.float32) * scales, intercepts)


@cache
def shipped_digest() -> str:
    """SHA-256 of everything that decides a score: weights, lexicon, rules, calibration, code."""
    folder = files("flows.bits")
    names = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    return hashlib.sha256(
        b"".join(folder.joinpath(name).read_bytes() for name in names)
    ).hexdigest()


def load_provenance() -> dict:
    """How the weights came about: training data by pass and checksum, settings, versions."""
    return json.loads(files("flows.bits").joinpath("provenance.json").read_text("utf-8"))
