"""Doors out of raw: a registered expression, recognised by a fingerprint of its bound form.

The fingerprint covers operators, constants, types and the base columns themselves, so a door
lets through exactly one computation. Another spelling that binds alike is the same door; a
changed threshold is a new one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from expectations.flow.labels import Relation, Sources

_SPELLING = frozenset({"alias", "query_location", "catalog_name", "schema_name", "catalog"})


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
_NOT_OF_ONE_ROW = frozenset({"BOUND_AGGREGATE", "BOUND_WINDOW", "BOUND_UNNEST", "BOUND_COLUMN_REF"})


def origins(node: dict, below: Relation) -> Sources | None:
    """Return the raw sources of the base columns under an expression (empty if it has none).

    None if it reads anything but unchanged base columns: such an expression is no door.
    """
    kind = node.get("expression_class")
    if kind in _NOT_OF_ONE_ROW:
        return None
    if kind == "BOUND_REF":
        return _origin_sources(node, below)
    found: set[str] = set()
    for part in parts(node):
        inner = origins(part, below)
        if inner is None:
            return None
        found |= inner
    return frozenset(found)


def _origin_sources(node: dict, below: Relation) -> Sources | None:
    index = node.get("index", -1)
    if not 0 <= index < len(below.columns) or below.columns[index].origin is None:
        return None
    return below.columns[index].label.all


def fingerprint(node: dict, below: Relation, plan: dict) -> str:
    """Return 16 hex digits of SHA-256 over the normalised expression.

    An expression over rows of several scans (this prompt and the one before) means what the
    joins between them make it mean: the whole plan is then part of the fingerprint.
    """
    scans: dict[int, int] = {}
    normal = [_normalised(node, below, scans)]
    if len(scans) > 1:
        normal.append(_normalised(plan, None, {}))
    text = json.dumps(normal, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _normalised(node, below: Relation | None, scans: dict[int, int]):
    if isinstance(node, list):
        return [_normalised(item, below, scans) for item in node]
    if not isinstance(node, dict):
        return node
    if below is not None and node.get("expression_class") == "BOUND_REF":
        origin = below.columns[node["index"]].origin
        if origin is None:
            return {"index": node["index"]}
        scan = scans.setdefault(origin.scan, len(scans))
        return {"column": [origin.table, origin.column, scan], "type": node.get("return_type")}
    # The body of a lambda refers to its parameters, not to the columns below.
    return {
        key: _normalised(value, None if key == "lambda_expr" else below, scans)
        for key, value in node.items()
        if key not in _SPELLING
    }
