"""Whether the record of a privacy mechanism is that of the policy, and of the files beside it.

Sensitivities and losses are computed anew here, from the policy alone: a mistake of the code that
drew the noise is not inherited. That the noise was drawn as stated cannot be seen in a file; the
release layer's tests and its ledger answer for that.
"""

import math
import re
from datetime import date, timedelta

from expectations.mechanisms import ERROR_SUFFIX, Mechanism

_ROUNDING = 1e-8
_SEED = re.compile("[0-9a-f]{32}", re.ASCII)


def is_verified(candidate) -> bool:
    """False for anything that is missing, of another form, or not as the policy says."""
    mechanism, record = candidate.export.mechanism, candidate.record
    if record is None or not mechanism.enabled:
        return False
    try:
        return _is_of_policy(candidate, mechanism, record) and (
            _is_aggregate(candidate, mechanism, record)
            if mechanism.name == "aggregate_dp"
            else _is_response(candidate, mechanism, record)
        )
    except (KeyError, TypeError, ValueError):
        return False


def _is_of_policy(candidate, mechanism: Mechanism, record: dict) -> bool:
    return (
        record["mechanism"] == mechanism.name
        and record["unit"] == mechanism.unit
        and record["sessions_per_account"] == mechanism.sessions_per_account
        and _number(record["epsilon"]) <= mechanism.epsilon
        and record["files"] == candidate.digests()
        and _is_closed(candidate, mechanism, record)
    )


def _is_closed(candidate, mechanism: Mechanism, record: dict) -> bool:
    """The folder's day is the first of a window that was over, and settled, when it was drawn."""
    window, days = mechanism.window, record["window"]
    last = candidate.day + timedelta(days=window.days - 1)
    drawn = date.fromisoformat(record["drawn_on"])
    return (
        days == {"first": str(candidate.day), "last": str(last), "days": window.days}
        and last + timedelta(days=window.settle_days) < drawn <= candidate.today
    )


def _is_aggregate(candidate, mechanism: Mechanism, record: dict) -> bool:
    measures = record["measures"]
    return (
        record["noise"] == "discrete_laplace"
        and record["public_keys"] == mechanism.public_keys
        and list(measures) == list(mechanism.measures)
        and all(_is_noised(candidate, mechanism, name, measures[name]) for name in measures)
        and _is_within(measures.values(), record, 0.0)
        and _has_every_cell(candidate, mechanism)
    )


def _is_noised(candidate, mechanism: Mechanism, name: str, stated: dict) -> bool:
    """Scale and loss of one measure agree with its clamp, and the file tells its error."""
    measure = mechanism.measures[name]
    scale = _number(stated["scale"])
    loss = measure.sensitivity(mechanism.sessions_per_account) / scale
    error = candidate.export.columns[name + ERROR_SUFFIX].sql
    wrong = candidate.count(f"{error} is distinct from {_error_of(scale)}")
    return (
        stated["of"] == measure.of
        and stated["clamp"] == (list(measure.clamp) if measure.clamp else None)
        and _number(stated["epsilon"]) >= loss * (1 - _ROUNDING)
        and not wrong
    )


def _error_of(scale: float) -> int:
    """The standard deviation of discrete Laplace noise of that scale, rounded up."""
    ratio = math.exp(-1 / scale)
    return math.ceil(math.sqrt(2 * ratio) / -math.expm1(-1 / scale))


def _has_every_cell(candidate, mechanism: Mechanism) -> bool:
    """Each public cell has its row; which of them are there says nothing."""
    keys = candidate.export.keys
    cells = list(mechanism.cells(keys))
    columns = [candidate.export.columns[key].sql for key in keys]
    is_cell = " or ".join(_equal(columns, cell) for cell in cells)
    found = candidate.count(f"({is_cell})")
    return found == candidate.rows == len(cells)


def _equal(columns: list[str], cell: tuple[str, ...]) -> str:
    parts = (f"{name} = '{value}'" for name, value in zip(columns, cell, strict=True))
    return "(" + (" and ".join(parts) or "true") + ")"


def _is_response(candidate, mechanism: Mechanism, record: dict) -> bool:
    responses = record["responses"]
    return (
        candidate.rows == record["rows"] == mechanism.rows
        and _SEED.fullmatch(record["permutation_seed"]) is not None
        and list(responses) == list(mechanism.responses)
        and all(_is_told(candidate, mechanism, name, responses[name]) for name in responses)
        and _number(record["answered"]["epsilon"]) >= mechanism.epsilon_of_count * (1 - _ROUNDING)
        and _is_within(responses.values(), record, record["answered"]["epsilon"])
    )


def _is_told(candidate, mechanism: Mechanism, name: str, stated: dict) -> bool:
    response = mechanism.responses[name]
    size = candidate.export.columns[name].domain.size()
    return (
        stated["of"] == response.of
        and stated["truth"] == response.truth
        and _number(stated["epsilon"]) >= response.epsilon(size) * (1 - _ROUNDING)
    )


def _is_within(parts, record: dict, more: float) -> bool:
    """The stated total is no less than the sum of its parts."""
    spent = more + sum(_number(part["epsilon"]) for part in parts)
    return spent <= record["epsilon"] * (1 + _ROUNDING)


def _number(value: object) -> float:
    """Raises ValueError for anything but a positive, finite number."""
    if type(value) not in (int, float) or not 0 < value < math.inf:
        raise ValueError
    return value
