"""What scores prompts: the embedded model, or anything else that keeps this protocol."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from flows.bits.prompts import Prompt


class Thresholds(NamedTuple):
    """One probability a bit each, as in Calibration."""

    balanced: np.ndarray
    sure_true: np.ndarray
    sure_false: np.ndarray


class Backend(Protocol):
    """A backend is judged by its scores alone."""

    name: str
    thresholds: Thresholds

    def score(self, prompts: Sequence[Prompt]) -> np.ndarray:
        """prompts × BITS, float64: probabilities; NaN where the backend cannot tell."""
        ...
