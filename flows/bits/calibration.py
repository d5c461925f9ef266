"""From log-odds to calibrated probabilities, and from these to decisions.

Platt scaling (Platt 1999) and thresholds were fitted on prompts that no weight was trained on; see
calibration.json for where from, and training/calibrate.py beside the tests for how.
"""

import json
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from flows.bits.names import BITS


class Calibration(NamedTuple):
    """One value a bit each, float64. `slopes`, `offsets`: probability = σ(slope · logit + offset).

    `balanced`: the threshold of best F1, for single prompts. `sure_true`: above it a prompt says so
    at few false positives, for aggregation over a session; `certain`: at hardly any. Below
    `sure_false` it does not; between is unknown.
    """

    slopes: np.ndarray
    offsets: np.ndarray
    balanced: np.ndarray
    sure_true: np.ndarray
    sure_false: np.ndarray
    certain: np.ndarray

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        return sigmoid(logits.astype(np.float64) * self.slopes + self.offsets)


@cache
def load_calibration() -> Calibration:
    stored = json.loads(files("flows.bits").joinpath("calibration.json").read_text("utf-8"))
    return Calibration(
        *(np.array([stored["bits"][bit][name] for bit in BITS]) for name in Calibration._fields)
    )


def sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(values, -40, 40)))


def log_odds(probabilities: np.ndarray) -> np.ndarray:
    kept = np.clip(probabilities, 1e-6, 1 - 1e-6)
    return np.log(kept / (1 - kept))


def centred(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Scores in the same order whose decision lies at 0.5."""
    return sigmoid(log_odds(probabilities) - log_odds(thresholds))
