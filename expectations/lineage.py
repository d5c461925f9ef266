"""Static information flow: what of the raw text can a query's result depend on?

The analysis walks DuckDB's own bound plan, in which stars, macros, views and correlated
subqueries are already expanded. Every column carries the raw columns it is made of (explicit)
and those that decided it (control); every relation the raw columns that decide which rows exist
and how they are ordered. What the walk does not know, it refuses. After Denning, "A lattice
model of secure information flow" (1976), with row multiplicity as a channel of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from expectations.flow import (
    calls,
    expressions,
    joins,
    operators,
    queries,
    scans,
    stash,
    statements,
)
from expectations.flow.context import Flow, SourceLabels
from expectations.flow.dispatch import walk
from expectations.flow.door_binding import fingerprints
from expectations.flow.doors import Declassifier
from expectations.flow.labels import NOTHING, Relation
from expectations.flow.verdicts import ColumnLabel, Reason, Verdict

# Handlers register themselves when their module is read.
_HANDLERS = (calls, expressions, joins, operators, queries, scans)

__all__ = ["ColumnLabel", "Declassifier", "Reason", "Verdict", "check_query", "trace"]


def check_query(
    connection,
    sql: str,
    *,
    raw_columns: Iterable[tuple[str, str]],
    declassifiers: Iterable[Declassifier | str] = (),
    public_columns: Collection[tuple[str, str]] | None = None,
    literals: Iterable[str] = (),
) -> Verdict:
    """Tell whether the result of a SELECT is independent of the raw columns.

    connection: any DuckDB connection on which the query binds; nothing is executed on the data
    but, without public_columns, a look for copies of raw values in tables that nobody labelled.
    raw_columns: (table, column) pairs. public_columns: all pairs that are not raw; a column in
    neither set is then refused. declassifiers: registered doors, or their SQL expressions.
    literals: string constants that are registered beyond those that look like vocabulary.
    """
    raw = {(_last(table), column.lower()) for table, column in raw_columns}
    public = None
    if public_columns is not None:
        public = {(_last(table), column.lower()) for table, column in public_columns}
    try:
        doors = fingerprints(connection, declassifiers, sorted({table for table, _ in raw}))
        flow = Flow(_label_sources(raw, public), doors, frozenset(literals))
        verdict, root = _traced(connection, sql, flow)
    except statements.Refused as refusal:
        return Verdict(reasons=(refusal.reason,))
    if public is None and root:
        verdict = stash.with_findings(verdict, connection, root, raw)
    return verdict


def trace(connection, sql: str, flow: Flow) -> Verdict:
    """Walk the plan of one query under the labels of flow."""
    try:
        return _traced(connection, sql, flow)[0]
    except statements.Refused as refusal:
        return Verdict(reasons=(refusal.reason,))


def _traced(connection, sql: str, flow: Flow) -> tuple[Verdict, dict]:
    early = statements.findings(connection, statements.parse(connection, sql))
    if early:
        return Verdict(reasons=tuple(early)), {}
    if statements.has_hidden_variable(connection, sql):
        flow.refuse("run_time_state", "a view or macro that reads a session variable")
    root = flow.plan = statements.plan(connection, sql)
    try:
        relation = walk(root, flow)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        message = f"a part of an unknown form ({type(error).__name__})"
        raise statements.Refused("unknown_plan_shape", message) from None
    return _verdict(relation, statements.output_names(connection, sql), flow), root


def _last(table: str) -> str:
    return table.rsplit(".", 1)[-1].strip('"').lower()


def _label_sources(raw: set, public: set | None) -> SourceLabels:
    def label_of(catalog: str, schema: str, table: str, column: str):
        place = (table.lower(), column.lower())
        if place in raw:
            return frozenset({".".join(place)})
        return NOTHING if public is None or place in public else None

    return label_of


def _verdict(root: Relation, names: list[str], flow: Flow) -> Verdict:
    reasons = [Reason(rule, "", message) for rule, message in flow.refusals]
    if len(names) != len(root.columns):
        reasons.append(Reason("unknown_plan_shape", "", "columns that cannot be matched to names"))
    columns = tuple(
        ColumnLabel(name, column.label.explicit, column.label.control)
        for name, column in zip(names, root.columns, strict=False)
    )
    reasons += [reason for column in columns for reason in _column_reasons(column)]
    if root.existence:
        message = f"{_list(root.existence)} decides which rows there are"
        reasons.append(Reason("row_existence", "", message))
    if root.order:
        message = f"{_list(root.order)} decides the order of rows"
        reasons.append(Reason("row_order", "", message))
    return Verdict(tuple(reasons), columns, root.existence, root.order, flow.doors_used)


def _column_reasons(column: ColumnLabel):
    if column.explicit:
        yield Reason("explicit_flow", column.name, f"made of {_list(column.explicit)}")
    if column.control:
        yield Reason("control_flow", column.name, f"decided by {_list(column.control)}")


def _list(sources: Iterable[str]) -> str:
    return ", ".join(sorted(sources))
