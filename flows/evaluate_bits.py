"""`winnow bits --evaluate`: labelled prompts through one backend or two."""

import json

import numpy as np

from flows.bits.backends import Backend
from flows.bits.evaluation import Judged, Labelled, agreement, evaluate
from flows.bits.names import BITS
from flows.bits.prompt_lines import BadLine, Line, read_lines
from flows.policy.errors import WinnowError
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
    agreed = agreement(*judged) if len(judged) == 2 else {}
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


def _show(found: dict, agreed: dict) -> None:
    from rich.console import Console

    console = Console(highlight=False, width=max(Console().width, 128))
    for name, result in found.items():
        mean = result["mean"]
        console.print(
            f"[bold]{name}[/]  {result['prompts']} prompts; intervals: 95 %, by repository"
        )
        console.print(_table(result["bits"]))
        console.print(
            f"mean without danger_flagged: AUC {mean['auc']:.3f} · macro-F1 {mean['macro_f1']:.3f}"
            f" · F1 {mean['f1']:.3f} · calibration error {mean['calibration_error']:.3f}\n"
        )
    for bit, pair in agreed.items():
        console.print(f"{bit:26s} agreed {pair['agreed']:.2f}  kappa {pair['kappa']:.2f}")


def _table(bits: dict):
    from rich.table import Table

    spread = ("precision", "recall", "f1", "macro_f1", "auc", "sure_precision")
    plain = ("sure_recall", "sure_coverage", "calibration_error")
    table = Table("bit", "n", *(name.replace("_", " ") for name in (*spread, *plain)), box=None)
    for bit, measures in bits.items():
        cells = [_ranged(measures[name]) for name in spread]
        table.add_row(
            bit, str(measures["positives"]), *cells, *(_short(measures[name]) for name in plain)
        )
    return table


def _ranged(found: list[float]) -> str:
    value, low, high = found
    return _short(value) if low != low else f"{_short(value)} {_short(low)}–{_short(high)}"


def _short(value: float) -> str:
    return "–" if value != value else f"{value:.2f}".lstrip("0") if value < 1 else "1"
