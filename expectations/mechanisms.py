"""How rows may be released: the `mechanism` of an export in an allowlist, and what it must state.

Nothing of it is taken from data: window, unit, clamps, public keys, weights and budgets are policy.
"""

import itertools
import math
from collections.abc import Iterator
from typing import Literal

import msgspec

ACCOUNTS, SESSIONS = "accounts", "sessions"
ERROR_SUFFIX = "_standard_error"
_RETENTION_DAYS = 30


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tumbling windows of so many days, each released once, `settle_days` after its last day."""

    days: int
    settle_days: int


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a cell totals: `accounts`, `sessions`, sessions of which the column `of` is true, or,
    with a `clamp`, the sum of that column held between its two ends. `weight` is the share of
    epsilon that the total gets."""

    of: str
    clamp: tuple[int, int] | None = None
    weight: float = 1.0

    def sensitivity(self, sessions_per_account: int) -> int:
        """How much one account can change all cells of this total together (L1)."""
        if self.of == ACCOUNTS:
            return 1
        most = 1 if self.clamp is None else max(map(abs, self.clamp))
        return sessions_per_account * most


class Response(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column under randomised response: the value of the model's column `of` is told with
    probability `truth`, else one of the other values, each as likely."""

    of: str
    truth: float

    def epsilon(self, values: int) -> float:
        return math.log(self.truth * (values - 1) / (1 - self.truth))


class Mechanism(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`none` is for opt_in alone; the others need a verified record.

    `epsilon` is spent by one release, `epsilon_per_window` is what one account may spend on the
    export in 30 days. `source` is the export model that the mechanism reads (default: the one
    named after the export).
    """

    name: Literal["none", "aggregate_dp", "randomized_response"]
    enabled: bool = True
    unit: Literal["account"] = "account"
    source: str = ""
    epsilon: float = 0.0
    epsilon_per_window: float = 0.0
    sessions_per_account: int = 0
    window: Window | None = None
    public_keys: list[dict[str, list[str]]] = []
    measures: dict[str, Measure] = {}
    rows: int = 0
    epsilon_of_count: float = 0.0
    responses: dict[str, Response] = {}

    @property
    def needs_record(self) -> bool:
        return self.name != "none"

    def cells(self, keys: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Every public cell, as the values of `keys`."""
        for product in self.public_keys:
            yield from itertools.product(*(product[key] for key in keys))

    def share(self, measure: Measure) -> float:
        """The epsilon of one measure; all shares together are `epsilon`."""
        return self.epsilon * measure.weight / sum(each.weight for each in self.measures.values())


def problem_of(mechanism: Mechanism, keys: tuple, partition: str, columns: dict) -> str | None:
    """What makes a mechanism of the default tier unusable, or None.

    `columns` maps each listed column to its domain.
    """
    if not mechanism.needs_record or not _is_positive(mechanism.epsilon):
        return "must be a privacy mechanism with an epsilon"
    if not mechanism.epsilon <= mechanism.epsilon_per_window < math.inf:
        return "must have an epsilon_per_window of at least one release"
    if mechanism.sessions_per_account < 1:
        return "must say how many sessions_per_account are counted"
    if problem := _window_problem(mechanism.window):
        return problem
    if mechanism.name == "aggregate_dp":
        return _aggregate_problem(mechanism, keys, partition, columns)
    return _response_problem(mechanism, keys, partition, columns)


def _window_problem(window: Window | None) -> str | None:
    if window is None or window.days < 1 or window.settle_days < 0:
        return "must have a window of at least one day"
    if window.days + window.settle_days >= _RETENTION_DAYS:
        return "must release a window before its first day is purged"
    return None


def _aggregate_problem(mechanism: Mechanism, keys, partition, columns) -> str | None:
    if mechanism.rows or mechanism.responses or mechanism.epsilon_of_count:
        return "has keys of randomized_response"
    if any(not getattr(columns[key], "values", ()) for key in keys):
        return "must have enums for keys"
    cells = mechanism.public_keys
    if not cells or any(set(product) != set(keys) for product in cells):
        return "must list public_keys, each with the values of every key"
    listed = list(mechanism.cells(keys))
    if len(set(listed)) < len(listed):
        return "lists a public cell twice"
    if any(not set(product[key]) <= set(columns[key].values) for product in cells for key in keys):
        return "has a public key outside its column's domain"
    if any(_measure_problem(each) for each in mechanism.measures.values()):
        return "has a measure without a positive weight and a whole clamp"
    totals = {name for each in mechanism.measures for name in (each, each + ERROR_SUFFIX)}
    if not mechanism.measures or totals != set(columns) - {*keys, partition}:
        return "must have a measure, with its standard error, for every column but keys and date"
    return None


def _measure_problem(measure: Measure) -> bool:
    is_clamped = measure.clamp is None or measure.clamp[0] < measure.clamp[1]
    is_own = measure.clamp is None or measure.of not in (ACCOUNTS, SESSIONS)
    return not (_is_positive(measure.weight) and is_clamped and is_own)


def _response_problem(mechanism: Mechanism, keys, partition, columns) -> str | None:
    if mechanism.public_keys or mechanism.measures or keys:
        return "has keys of aggregate_dp"
    if mechanism.sessions_per_account != 1 or mechanism.rows < 1:
        return "must have rows and one session an account: an account answers once"
    if set(mechanism.responses) != set(columns) - {partition}:
        return "must have a response for every column but the date"
    types = {columns[name].type for name in mechanism.responses}
    if not types <= {"boolean", "varchar"}:
        return "has a response that is neither a bool nor an enum"
    sizes = {name: domain.size() for name, domain in columns.items() if name != partition}
    if any(columns[name].nullable or size < 2 for name, size in sizes.items()):
        return "has a response of fewer than two values, or one that may be null"
    if any(not 1 / sizes[name] < each.truth < 1 for name, each in mechanism.responses.items()):
        return "has a response that is no better than chance, or certain"
    spent = sum(each.epsilon(sizes[name]) for name, each in mechanism.responses.items())
    if not _is_positive(mechanism.epsilon_of_count):
        return "must have an epsilon_of_count: how many accounts answered is told with noise"
    if spent + mechanism.epsilon_of_count > mechanism.epsilon:
        return "spends more on its responses than its epsilon"
    return None


def _is_positive(value: float) -> bool:
    return 0 < value < math.inf
