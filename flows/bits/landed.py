"""Scores and letters as they land: a value, and how sure it is."""

import numpy as np

from flows.bits.calibration import Calibration
from flows.bits.names import BITS, NEVER_FALSE

# (value, bucket of confidence): an unknown is `medium` where it leans to true.
Landed = tuple[bool | None, str]


def rate(scores: np.ndarray, calibration: Calibration) -> list[list[Landed]]:
    """prompts × BITS probabilities of the embedded model → what lands, by its thresholds.

    True from `sure_true` on, `high` from `certain` on; false below `sure_false`, `high` below a
    third of it; unknown between, and where the score is NaN.
    """
    sure = scores >= calibration.sure_true
    doubtful = (scores < calibration.sure_false) & ~_never_false()
    grades = np.select(
        [
            np.isnan(scores),
            scores >= calibration.certain,
            sure,
            doubtful & (scores < calibration.sure_false / 3),
            doubtful,
            scores >= calibration.balanced,
        ],
        [0, 1, 2, 3, 4, 5],
        default=0,
    )
    return [[_GRADES[grade] for grade in row] for row in grades.tolist()]


_GRADES: tuple[Landed, ...] = (
    (None, "low"),
    (True, "high"),
    (True, "medium"),
    (False, "high"),
    (False, "medium"),
    (None, "medium"),
)


def read_letter(letter: str) -> Landed:
    """A letter of a language model's answer (llm/answers.py) as it lands."""
    return _LETTERS.get(letter, (None, "low"))


# What a model is not sure of itself is no value.
_LETTERS: dict[str, Landed] = {
    "H": (True, "high"),
    "M": (True, "medium"),
    "L": (None, "medium"),
    "F": (False, "medium"),
}


def _never_false() -> np.ndarray:
    return np.array([bit in NEVER_FALSE for bit in BITS])
