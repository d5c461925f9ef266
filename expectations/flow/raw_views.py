"""Raw columns of a view: the plan shows the tables below it, so their columns are labelled."""

from __future__ import annotations

from expectations.flow import statements
from expectations.flow.context import Flow
from expectations.flow.tracing import traced

_SEPARATOR = "\0"
_VIEWS = "select distinct lower(view_name) from duckdb_views() where not internal"


def with_base_columns(connection, raw: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the raw (table, column) pairs, with the base columns of those that are views.

    Raises Refused if a raw view is made of something whose columns cannot be told.
    """
    views = {name for (name,) in connection.execute(_VIEWS).fetchall()}
    found = set(raw)
    for view in sorted(views & {table for table, _ in raw}):
        wanted = {column for table, column in raw if table == view}
        found |= _base_columns(connection, view, wanted)
    return found


def _base_columns(connection, view: str, wanted: set[str]) -> set[tuple[str, str]]:
    flow = Flow(lambda catalog, schema, table, column: frozenset({table + _SEPARATOR + column}))
    verdict, _ = traced(connection, f'select * from "{view}"', flow)
    if flow.refusals or not verdict.columns:
        raise statements.Refused("unlabelled_table", f"the raw view {view} cannot be seen through")
    sources = [
        source
        for column in verdict.columns
        if column.name.lower() in wanted or "*" in wanted
        for source in column.explicit | column.control
    ]
    return {tuple(source.lower().split(_SEPARATOR)) for source in sources}
