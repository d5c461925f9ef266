"""What a check answers: clean or not, why by rule and column, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field

REMEDIES = {
    "explicit_flow": "Drop the column, or send the raw column through a registered door "
    "(expectations/declassifiers.yml) in models/declassified/.",
    "control_flow": "Do not let raw text decide a value (CASE, FILTER, subquery): decide on the "
    "output of a registered door.",
    "row_existence": "Do not filter, join, group, deduplicate, limit or unnest by raw text: "
    "which rows exist would tell what the text says.",
    "row_order": "Order by a column that is not derived from raw text.",
    "unlabelled_column": "Declare the column with its type in the model's or source's .yml.",
    "unlabelled_table": "Read tables that have a contract; pass their columns as public_columns.",
    "unknown_operator": "Rewrite the query with operators that the analysis knows.",
    "unknown_function": "Use a function of expectations/flow/functions.py; a pure, deterministic "
    "one may be added there, with a test.",
    "unknown_table_function": "Read from ref() and source(); ranges and unnest are known, "
    "everything else is refused.",
    "unknown_plan_shape": "Rewrite the query: the plan holds a part that the analysis does not "
    "know, so it cannot vouch for it.",
    "unregistered_literal": "Use a short vocabulary word, or register the literal. Text of a "
    "session must never stand in SQL.",
    "error_channel": "Use try_cast and total functions on raw text: an error message would "
    "print the value.",
    "run_time_state": "Read nothing but tables: variables, settings, files and generated SQL "
    "cannot be followed.",
    "clock": "Pass the run's day as a variable: a model that reads the clock cannot be repeated.",
    "not_one_select": "Check one SELECT statement at a time.",
    "does_not_bind": "Make the query bind against the contracts; what has no plan is refused.",
    "engine_version": "Use the pinned DuckDB: the plan format is pinned with it.",
    "raw_outside": "Read raw columns in models/declassified/ only, and ref() its model.",
    "door_result": "Let a door return a boolean, a bounded integer or a word of a closed list.",
}


@dataclass(frozen=True)
class Reason:
    """Why a query is refused: rule, the output column it concerns ('' = all), message, remedy."""

    rule: str
    column: str
    message: str

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return REMEDIES[self.rule]

    def __str__(self) -> str:
        place = f" [{self.column}]" if self.column else ""
        return f"{self.rule}{place}: {self.message} → {self.remedy}"


@dataclass(frozen=True)
class ColumnLabel:
    """An output column and the raw columns that it carries (explicit) or depends on (control)."""

    name: str
    explicit: frozenset[str] = frozenset()
    control: frozenset[str] = frozenset()

    @property
    def is_clean(self) -> bool:
        """Whether no raw column reaches this one."""
        return not (self.explicit or self.control)


@dataclass(frozen=True)
class Verdict:
    """Reasons (empty = clean), labels per output column, raw columns in row existence and order.

    doors: names of the declassifiers that the query went through, with the number of uses.
    """

    reasons: tuple[Reason, ...] = ()
    columns: tuple[ColumnLabel, ...] = ()
    existence: frozenset[str] = frozenset()
    order: frozenset[str] = frozenset()
    doors: dict[str, int] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Whether nothing raw reaches the result, and nothing unknown stands in the query."""
        return not self.reasons


def refused(rule: str, message: str) -> Verdict:
    """Return a verdict with one reason that concerns the whole query."""
    return Verdict(reasons=(Reason(rule, "", message),))
