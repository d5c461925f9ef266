"""What scores prompts: the embedded model, or anything else that keeps this protocol."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from flows.bits.names import NEVER_FALSE
from flows.bits.prompts import Prompt


class Thresholds(NamedTuple):
    """One probability a bit each, as in Calibration. `never_false`: the bits of which the backend
    proves no absence."""

    balanced: np.ndarray
    sure_true: np.ndarray
    sure_false: np.ndarray
    never_false: frozenset[str] = NEVER_FALSE


class Backend(Protocol):
    """A backend is judged by its scores alone."""

    name: str
    thresholds: Thresholds

    def score(self, prompts: Sequence[Prompt]) -> np.ndarray:
        """prompts × BITS, float64: probabilities; NaN where the backend cannot tell."""
        ...
