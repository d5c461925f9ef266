"""A backend against labels, bit by bit; two backends against each other."""

from typing import NamedTuple

import numpy as np

from flows.bits import metrics
from flows.bits.backends import Thresholds
from flows.bits.names import BITS

# Too few positives exist for the mean over bits to include it.
MEAN_BITS = tuple(bit for bit in BITS if bit != "danger_flagged")


class Labelled(NamedTuple):
    """`truth`: prompts × BITS of bool; `groups`: the prompts' repositories."""

    truth: np.ndarray
    groups: np.ndarray


class Judged(NamedTuple):
    """A backend's scores (prompts × BITS, NaN unknown) and thresholds."""

    scores: np.ndarray
    thresholds: Thresholds


def evaluate(labelled: Labelled, judged: Judged) -> dict:
    """{"bits": {bit: measures}, "mean": {measure: value over MEAN_BITS}, "prompts": count}.

    Measures that have an interval are [value, low, high].
    """
    bits = {bit: _evaluate_bit(labelled, judged, place) for place, bit in enumerate(BITS)}
    names = ("auc", "f1", "macro_f1", "calibration_error")
    mean = {name: _mean([bits[bit][name] for bit in MEAN_BITS]) for name in names}
    return {"prompts": len(labelled.truth), "mean": mean, "bits": bits}


def _evaluate_bit(labelled: Labelled, judged: Judged, place: int) -> dict:
    scores, thresholds = judged.scores[:, place], judged.thresholds
    known = ~np.isnan(scores)
    truth, groups, scores = labelled.truth[known, place], labelled.groups[known], scores[known]
    marked = scores >= thresholds.balanced[place]
    sure, unlikely = scores >= thresholds.sure_true[place], scores < thresholds.sure_false[place]
    pairs = {
        "precision": (metrics.precision, marked),
        "recall": (metrics.recall, marked),
        "f1": (metrics.f1, marked),
        "macro_f1": (metrics.macro_f1, marked),
        "auc": (metrics.auc, scores),
        "calibration_error": (metrics.calibration_error, scores),
        "sure_precision": (metrics.precision, sure),
        "sure_recall": (metrics.recall, sure),
        "sure_coverage": (metrics.share, sure | unlikely),
    }
    found = {
        name: [measure(truth, values), *_interval(measure, truth, values, groups)]
        for name, (measure, values) in pairs.items()
    }
    return found | {
        "positives": int(truth.sum()),
        "known": float(known.mean()) if len(known) else 0.0,
    }


def _interval(measure, truth: np.ndarray, values: np.ndarray, groups: np.ndarray):
    return metrics.interval(lambda rows: measure(truth[rows], values[rows]), groups)


def _mean(found: list) -> float:
    values = [value[0] if isinstance(value, list) else value for value in found]
    return float(np.nanmean(values)) if not np.isnan(values).all() else float("nan")


def agreement(groups: np.ndarray, first: Judged, second: Judged) -> dict[str, dict]:
    """{bit: {"agreed": share, "kappa": Cohen's, "both_known": share}} of decisions; the first two
    are [value, low, high]."""
    return {bit: _agree(groups, first, second, place) for place, bit in enumerate(BITS)}


def _agree(groups: np.ndarray, first: Judged, second: Judged, place: int) -> dict:
    known = ~np.isnan(first.scores[:, place]) & ~np.isnan(second.scores[:, place])
    one, other = (
        judged.scores[known, place] >= judged.thresholds.balanced[place]
        for judged in (first, second)
    )
    measures = {"agreed": metrics.agreed, "kappa": metrics.kappa}
    found = {
        name: [measure(one, other), *_interval(measure, one, other, groups[known])]
        for name, measure in measures.items()
    }
    return found | {"both_known": float(known.mean()) if len(known) else 0.0}
