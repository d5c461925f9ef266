"""The embedded backend: offline, deterministic, no download."""

from collections.abc import Sequence

import numpy as np

from flows.bits.backends import Thresholds
from flows.bits.calibration import load_calibration
from flows.bits.features import extract
from flows.bits.model import load_model
from flows.bits.prompts import Prompt
from flows.bits.readable import is_readable

# Bounds the memory of a batch; larger ones are no faster.
_BATCH = 512


class Embedded:
    """Scores every prompt by the shipped weights; a prompt it cannot read is unknown throughout."""

    name = "embedded"

    def __init__(self) -> None:
        self._model, self._calibration = load_model(), load_calibration()
        self.thresholds = Thresholds(*self._calibration[2:5])

    def score(self, prompts: Sequence[Prompt]) -> np.ndarray:
        batches = [prompts[start : start + _BATCH] for start in range(0, len(prompts), _BATCH)]
        logits = [self._model.logits(extract(batch)) for batch in batches or [[]]]
        found = self._calibration.probabilities(np.concatenate(logits))
        found[[not is_readable(prompt.text) for prompt in prompts]] = np.nan
        return found
