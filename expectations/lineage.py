"""Static information flow: what of the raw text can a query's result depend on?

The analysis walks DuckDB's own bound plan, in which stars, macros, views and correlated
subqueries are already expanded. Every column carries the raw columns it is made of (explicit)
and those that decided it (control); every relation the raw columns that decide which rows exist
and how they are ordered. What the walk does not know, it refuses. After Denning, "A lattice
model of secure information flow" (1976), with row multiplicity as a channel of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from expectations.flow import stash, statements
from expectations.flow.context import Flow, SourceLabels
from expectations.flow.door_binding import fingerprints
from expectations.flow.doors import Declassifier
from expectations.flow.labels import NOTHING
from expectations.flow.models import CompiledModel, ProjectVerdict, check_project
from expectations.flow.raw_views import with_base_columns
from expectations.flow.tracing import traced
from expectations.flow.verdicts import ColumnLabel, Reason, Verdict

__all__ = [
    "ColumnLabel",
    "CompiledModel",
    "Declassifier",
    "ProjectVerdict",
    "Reason",
    "Verdict",
    "check_project",
    "check_query",
]


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
    raw_columns: (table, column) pairs; "*" stands for all columns of a table. public_columns: all
    pairs that are not raw; a column in neither set is then refused. declassifiers: registered
    doors, or their SQL expressions. literals: string constants that are registered beyond those
    that look like vocabulary.
    """
    raw = {(_last(table), column.lower()) for table, column in raw_columns}
    public = None
    if public_columns is not None:
        public = {(_last(table), column.lower()) for table, column in public_columns}
    try:
        raw = with_base_columns(connection, raw)
        doors = fingerprints(connection, declassifiers, sorted({table for table, _ in raw}))
        flow = Flow(_label_sources(raw, public), doors or None, frozenset(literals))
        verdict, root = traced(connection, sql, flow)
    except statements.Refused as refusal:
        return Verdict(reasons=(refusal.reason,))
    if public is None and root:
        verdict = stash.with_findings(verdict, connection, root, raw)
    return verdict


def _last(table: str) -> str:
    return table.rsplit(".", 1)[-1].strip('"').lower()


def _label_sources(raw: set, public: set | None) -> SourceLabels:
    def label_of(catalog: str, schema: str, table: str, column: str):
        place = (table.lower(), column.lower())
        if place in raw or (place[0], "*") in raw:
            return frozenset({".".join(place)})
        return NOTHING if public is None or place in public else None

    return label_of
