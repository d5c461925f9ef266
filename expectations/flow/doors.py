"""Doors out of raw: a registered expression, recognised by a fingerprint of its bound form.

The fingerprint covers operators, constants, types and the base columns themselves, so a door
lets through exactly one computation. Another spelling that binds alike is the same door; a
changed threshold is a new one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from expectations.flow.context import Flow
from expectations.flow.labels import Relation, Sources

_SPELLING = frozenset({"alias", "query_location", "catalog_name", "schema_name"})


@dataclass(frozen=True)
class Declassifier:
    """A registered door.

    Either `fingerprint` or `expression` (SQL over the columns of `table`) says what it computes;
    `domain` is the closed set its result is from, `bits` = log2 of its size (null counts).
    """

    name: str
    fingerprint: str = ""
    expression: str = ""
    table: str = ""
    bits: float = 0.0
    domain: str = ""


def parts(node: dict) -> list[dict]:
    """Return the expressions directly inside an expression (not those in its bind data)."""
    found = []
    for key in _INNER:
        inner = node.get(key)
        if isinstance(inner, dict):
            found.append(inner)
        elif inner:
            found.extend(inner)
    for check in node.get("case_checks", ()):
        found += [check["when_expr"], check["then_expr"]]
    return found


_INNER = ("child", "children", "left", "right", "input", "lower", "upper", "else_expr", "filter")


def origins(node: dict, below: Relation, flow: Flow) -> Sources | None:
    """Return the raw sources of the base columns under an expression.

    None if it reads anything but unchanged base columns: such an expression is no door.
    """
    if node.get("expression_class") in ("BOUND_AGGREGATE", "BOUND_WINDOW", "BOUND_UNNEST"):
        return None
    if node.get("expression_class") == "BOUND_REF":
        return _origin_sources(node, below)
    if node.get("expression_class") == "BOUND_COLUMN_REF":
        return None
    found: set[str] = set()
    for part in parts(node):
        inner = origins(part, below, flow)
        if inner is None:
            return None
        found |= inner
    return frozenset(found)


def _origin_sources(node: dict, below: Relation) -> Sources | None:
    index = node.get("index", -1)
    if not 0 <= index < len(below.columns) or below.columns[index].origin is None:
        return None
    return below.columns[index].label.explicit


def fingerprint(node: dict, below: Relation) -> str:
    """Return 16 hex digits of SHA-256 over the normalised expression."""
    text = json.dumps(_normalised(node, below), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _normalised(node, below: Relation):
    if isinstance(node, list):
        return [_normalised(item, below) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("expression_class") == "BOUND_REF":
        index = node.get("index", -1)
        origin = below.columns[index].origin if 0 <= index < len(below.columns) else None
        # Parameters and captures of a lambda body point elsewhere: their place is what counts.
        return {"column": origin or index, "type": node.get("return_type")}
    return {key: _normalised(value, below) for key, value in node.items() if key not in _SPELLING}
