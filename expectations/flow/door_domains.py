"""Whether an expression can only give values of the domain that its door is registered with.

The values are read off the expression itself: comparisons give booleans, CASE over constants one of
them, least(length(x), 20) a bounded integer. What cannot be read off is refused.
"""

from __future__ import annotations

from expectations.domains import Bool, Column, Enum, Integer
from expectations.flow.doors import parts
from expectations.flow.functions import NEVER_A_DOOR, words

_BOOLEAN = frozenset({False, True})
_COUNTS = words("length len strlen length_grapheme array_length cardinality strpos instr position")


def problem(node: dict, domain: Column) -> str:
    """Return why a door may not be this expression, '' if it may."""
    if name := _forbidden(node):
        return f"{name}() is never a door"
    allowed = domain.domain
    if may_be_null(node) and not allowed.nullable:
        return "the result may be null, which the domain does not list"
    if isinstance(allowed, Integer):
        bounds = _bounds(node)
        is_inside = bounds and allowed.minimum <= bounds[0] and bounds[1] <= allowed.maximum
        return "" if is_inside else "the result is not bounded by the domain"
    values = _values(node)
    wanted = _BOOLEAN if isinstance(allowed, Bool) else _words(allowed)
    return "" if values is not None and values <= wanted else "the result may leave the domain"


def _words(domain: Enum) -> frozenset[str]:
    return frozenset(domain.values)


def _forbidden(node: dict) -> str:
    if node.get("name") in NEVER_A_DOOR:
        return node["name"]
    return next((name for part in parts(node) if (name := _forbidden(part))), "")


def may_be_null(node: dict) -> bool:
    """Tell whether the expression may give null, as far as it shows."""
    kind, kinds = node.get("expression_class"), node.get("type")
    if kind == "BOUND_CONSTANT":
        return bool(node["value"].get("is_null"))
    if kind == "BOUND_CAST":
        return may_be_null(node["child"]) or bool(node.get("try_cast"))
    if kind == "BOUND_CASE":
        branches = [check["then_expr"] for check in node["case_checks"]]
        return any(map(may_be_null, [*branches, node["else_expr"]]))
    if kinds in ("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"):
        return False
    if kinds == "OPERATOR_COALESCE":
        return all(map(may_be_null, node["children"]))
    return True


def _values(node: dict) -> frozenset | None:
    """The values that an expression can give besides null, None if they are not listed in it."""
    kind = node.get("expression_class")
    if kind == "BOUND_CONSTANT":
        value = node["value"]
        return frozenset() if value.get("is_null") else frozenset({value.get("value", "")})
    if kind == "BOUND_CAST" and node["return_type"]["id"] == "VARCHAR":
        return _values(node["child"])
    if kind == "BOUND_CAST" and _values(node["child"]) == frozenset():
        return frozenset()
    if kind == "BOUND_CASE":
        branches = [check["then_expr"] for check in node["case_checks"]]
        return _union(map(_values, [*branches, node["else_expr"]]))
    if node.get("type") == "OPERATOR_COALESCE":
        return _union(map(_values, node["children"]))
    is_boolean = node.get("return_type", {}).get("id") == "BOOLEAN"
    if is_boolean or kind in ("BOUND_COMPARISON", "BOUND_CONJUNCTION"):
        return _BOOLEAN
    return None


def _union(found) -> frozenset | None:
    found = list(found)
    return None if None in found else frozenset().union(*found)


def _bounds(node: dict) -> tuple[float, float] | None:
    """The least and greatest integer that an expression can give."""
    kind, name = node.get("expression_class"), node.get("name")
    if kind == "BOUND_CONSTANT":
        value = node["value"].get("value")
        return (value, value) if isinstance(value, int) else None
    if kind == "BOUND_CAST":
        return _bounds(node["child"])
    if name in _COUNTS:
        return 0, float("inf")
    if name in ("least", "greatest"):
        inner = [_bounds(child) for child in node["children"]]
        if None in inner:
            return None
        pick = min if name == "least" else max
        return pick(low for low, _ in inner), pick(high for _, high in inner)
    return None
