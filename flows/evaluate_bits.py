"""`winnow bits --evaluate`: labelled prompts through one backend or two."""

import json

import numpy as np

from flows.bits.backends import Backend
from flows.bits.evaluation import Judged, Labelled, agreement, evaluate
from flows.bits.names import BITS
from flows.bits.prompt_lines import BadLine, Line, read_lines
from flows.policy.errors import WinnowError
from flows.policy.wording import counted
from flows.score_prompts import open_lines


def show_evaluation(path: str, backends: list[Backend], *, as_json: bool) -> None:
    """Prints measures by bit for each backend, and the agreement of two."""
    lines = _read_labelled(path)
    labelled = Labelled(
        np.array([[line.has(bit) for bit in BITS] for line in lines]),
        np.array([line.source_repo or "" for line in lines]),
    )
    prompts = [line.prompt for line in lines]
    judged = [Judged(backend.score(prompts), backend.thresholds) for backend in backends]
    found = {
        backend.name: evaluate(labelled, each)
        for backend, each in zip(backends, judged, strict=True)
    }
    agreed = agreement(labelled.groups, *judged) if len(judged) == 2 else {}
    if as_json:
        print(json.dumps(_finite({"backends": found, "agreement": agreed})))
        return
    _show(found, agreed)


def _read_labelled(path: str) -> list[Line]:
    with open_lines(path) as file:
        lines = list(read_lines(enumerate(file, start=1)))
    bad = [line for line in lines if isinstance(line, BadLine)]
    unlabelled = sum(line.labels is None for line in lines if isinstance(line, Line))
    if bad or unlabelled or not lines:
        place = f"line {bad[0].number}: {bad[0].reason}" if bad else f"{unlabelled} without labels"
        raise WinnowError(
            f"the labelled file cannot be measured against: {len(bad)} bad lines; {place}",
            remedy="give each line id, text, labels (bits as {name: 0|1} or a list of names) and, "
            "for intervals, source_repo",
            exit_code=2,
        )
    return lines


def _finite(value):
    """NaN as null, which JSON has."""
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and value != value else value


# heading → measure; one table at the threshold of best F1, one by scores and at that of --sure.
_DECIDED = {
    "n": "positives",
    "precision": "precision",
    "recall": "recall",
    "F1": "f1",
    "macro F1": "macro_f1",
}
_SCORED = {
    "AUC": "auc",
    "calibration\nerror": "calibration_error",
    "precision\nif sure": "sure_precision",
    "recall\nif sure": "sure_recall",
    "covered\nif sure": "sure_coverage",
    "known": "known",
}
_AGREED = {"agreed": "agreed", "kappa": "kappa", "known to both": "both_known"}
# What tables have at least; on a narrower terminal lines wrap, nothing is cut.
_WIDTH = 100


def _show(found: dict, agreed: dict) -> None:
    from rich.console import Console

    console = Console(highlight=False, width=max(Console().width, _WIDTH))
    for name, result in found.items():
        mean = result["mean"]
        prompts = counted(result["prompts"], "prompt")
        title = f"[bold]{name}[/]  {prompts}; intervals: 95 %, by repository"
        scores = " · ".join(
            f"{label} {mean[measure]:.3f}"
            for label, measure in (("AUC", "auc"), ("macro-F1", "macro_f1"), ("F1", "f1"))
        )
        console.print(title, _table(result["bits"], _DECIDED), "", _table(result["bits"], _SCORED))
        console.print(
            f"\nmean without danger_flagged: {scores}"
            f" · calibration error {mean['calibration_error']:.3f}\n"
        )
    if agreed:
        console.print(f"[bold]{' and '.join(found)}[/]", _table(agreed, _AGREED))


def _table(bits: dict, columns: dict[str, str]):
    from rich.table import Table

    table = Table("bit", *columns, box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for bit, measures in bits.items():
        table.add_row(bit, *(_cell(measures[name]) for name in columns.values()))
    return table


def _cell(found: int | float | list[float]) -> str:
    """A measure, with its interval where it has one."""
    if isinstance(found, int):
        return str(found)
    value, low, high = found if isinstance(found, list) else (found, float("nan"), float("nan"))
    return _short(value) if low != low else f"{_short(value)} {_short(low)}–{_short(high)}"


def _short(value: float) -> str:
    shown = f"{value:.2f}"
    return {"nan": "–", "0.00": "0", "1.00": "1"}.get(shown, shown.removeprefix("0"))
