"""From registered doors to the fingerprints that the walk looks for."""

from __future__ import annotations

from collections.abc import Iterable

from expectations.flow import doors, statements
from expectations.flow.labels import Column, Origin, Relation
from expectations.flow.scans import ROW_ID


def fingerprints(connection, declassifiers: Iterable, tables: list[str]) -> dict[str, str]:
    """Return {fingerprint: name} of the doors; an expression is bound over its table.

    Raises Refused if an expression binds over none of the tables.
    """
    found = {}
    for door in declassifiers:
        if isinstance(door, str):
            door = doors.Declassifier(name=door, expression=door)
        key = door.fingerprint or _bound(connection, door, tables)
        found[key] = door.name
    return found


def _bound(connection, door: doors.Declassifier, tables: list[str]) -> str:
    for table in [door.table] if door.table else tables:
        try:
            return fingerprint_of(connection, door.expression, table)
        except statements.Refused:
            continue
    raise statements.Refused("does_not_bind", "a declassifier's expression binds over no table")


def fingerprint_of(connection, expression: str, table: str) -> str:
    """Return the fingerprint of a SQL expression over the columns of a table or view."""
    node, below = bound_expression(connection, expression, table)
    return doors.fingerprint(node, below, {})


def bound_expression(connection, expression: str, table: str) -> tuple[dict, Relation]:
    """Return the bound expression and the base columns below it; Refused if it is not plain."""
    query = f"select {expression} from {table}"
    statements.parse(connection, query)
    root = statements.plan(connection, query)
    scan = root.get("children", [{}])[0]
    plain = root["type"] == "LOGICAL_PROJECTION" and scan.get("name") == "seq_scan"
    if not plain or len(root["expressions"]) != 1:
        raise statements.Refused("does_not_bind", "a declassifier that is no scalar expression")
    table = scan["function_data"]["table"].lower()
    names = [
        "rowid" if entry["index"] == ROW_ID else scan["names"][entry["index"]].lower()
        for entry in scan["column_indexes"]
    ]
    return root["expressions"][0], Relation(
        tuple(Column(origin=Origin(table, name, 0)) for name in names)
    )
