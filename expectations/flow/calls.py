"""The labels of calls: scalar functions, aggregates and window functions."""

from __future__ import annotations

from expectations.flow import constants, literals
from expectations.flow.context import Flow
from expectations.flow.dispatch import EXPRESSION_KEYS, expression, label_of, labels_of, ordering
from expectations.flow.functions import (
    AGGREGATES,
    CLOCK,
    PATTERN_ARGUMENTS,
    SCALAR,
    TOTAL,
    TOTAL_IN_DOORS,
    WINDOWS,
    words,
)
from expectations.flow.labels import CLEAN, Column, Label, Relation, join_all

_FUNCTION = EXPRESSION_KEYS | words(
    "children name arguments original_arguments catalog_name schema_name has_serialize "
    "function_data is_operator"
)
_AGGREGATE = (_FUNCTION - {"is_operator"}) | words("aggregate_type filter order_bys")
_WINDOW = _FUNCTION | words(
    "partitions orders arg_orders filters start_expr end_expr offset_expr default_expr "
    "ignore_nulls start end exclude_clause distinct"
)


@expression("BOUND_FUNCTION")
def _function(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, _FUNCTION, "a function")
    name = node["name"]
    children = node.get("children", [])
    if _is_engine_error(node):
        return CLEAN
    if name not in SCALAR:
        flow.refuse("unknown_function", f"function {name}()")
    elif not flow.is_clock_allowed and (name in CLOCK or (name == "age" and len(children) == 1)):
        flow.refuse("clock", f"function {name}()")
    constants.check_made_text(node, flow)
    label = join_all(
        label_of(child, below, flow, _argument_role(node, place, role))
        for place, child in enumerate(children)
    )
    label = label.join(_hidden(node.get("function_data", {}), label, flow))
    total = TOTAL_IN_DOORS if flow.is_in_door else TOTAL
    if label.all and name not in total:
        flow.refuse("error_channel", f"{name}() of raw text can fail")
    return label


def _argument_role(node: dict, place: int, role: str) -> str:
    name, children = node["name"], node["children"]
    if role == literals.PATTERN:
        return role
    if place in PATTERN_ARGUMENTS.get(name, ()) and not all(map(constants.is_constant, children)):
        return literals.PATTERN
    if name in ("format", "printf") and place == 0:
        # Judged with its placeholders taken out, together with the other pieces.
        return literals.PATTERN
    return role if name in ("row", "struct_pack", "list_value") else literals.OUTPUT


def _is_engine_error(node: dict) -> bool:
    """Tell whether DuckDB itself put the error() there: scalar subqueries, macros."""
    if node["name"] != "error" or len(node.get("children", [])) != 1:
        return False
    message = node["children"][0].get("value", {}).get("value", "")
    return str(message).startswith(_ENGINE_ERRORS)


_ENGINE_ERRORS = (
    "More than one row returned by a subquery used as an expression",
    "json_group_object key cannot be NULL",
)


def _hidden(data: dict, label: Label, flow: Flow) -> Label:
    """Walk what a function keeps in its bind data: lambdas, inner aggregates, constants.

    A lambda's references point to its parameters and captures. Captures are arguments of the
    function, parameters are made of them, so `label`, that of all arguments, is theirs.
    """
    if not data:
        return CLEAN
    inner = Relation(tuple(Column(label) for _ in range(_PARAMETERS)))
    return join_all(_bind_data(part, inner, flow) for part in data.items())


_PARAMETERS = 64


def _bind_data(entry: tuple[str, object], inner: Relation, flow: Flow) -> Label:
    key, part = entry
    if isinstance(part, dict) and "expression_class" in part:
        return label_of(part, inner, flow)
    if isinstance(part, dict) and "is_null" in part:
        constants.check_value(part, flow, literals.OUTPUT)
    elif isinstance(part, dict) and "id" in part:
        constants.check_enum(part, flow)
    elif isinstance(part, dict):
        return join_all(_bind_data(item, inner, flow) for item in part.items())
    elif isinstance(part, list):
        return join_all(_bind_data((key, item), inner, flow) for item in part)
    elif isinstance(part, str):
        constants.check_text(part, flow, literals.OUTPUT)
    return CLEAN


@expression("BOUND_AGGREGATE")
def _aggregate(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, _AGGREGATE, "an aggregate")
    if node["name"] not in AGGREGATES:
        flow.refuse("unknown_function", f"aggregate {node['name']}()")
    return _aggregated(node, below, flow)


def _aggregated(node: dict, below: Relation, flow: Flow) -> Label:
    label = join_all(label_of(child, below, flow) for child in node.get("children", []))
    label = label.join(_hidden(node.get("function_data", {}), label, flow))
    orders = ordering(node.get("order_bys", {}).get("orders", []))
    decided = labels_of([*([node["filter"]] if "filter" in node else []), *orders], below, flow)
    if label.all and node.get("name") in ("sum", "product", "json_group_object"):
        flow.refuse("error_channel", f"{node['name']}() of raw text can fail")
    return label.decided_by(decided)


@expression("BOUND_WINDOW")
def _window(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, _WINDOW, "a window function")
    if node["type"] not in WINDOWS:
        flow.refuse("unknown_operator", f"window {node['type']}")
    if node["type"] == "WINDOW_AGGREGATE" and node["name"] not in AGGREGATES:
        flow.refuse("unknown_function", f"aggregate {node['name']}()")
    label = _aggregated(node, below, flow)
    if node.get("default_expr"):
        label = label.join(label_of(node["default_expr"], below, flow))
    frame = [
        node[key] for key in ("start_expr", "end_expr", "offset_expr", "filters") if node.get(key)
    ]
    keys = ordering(node.get("orders", [])) + ordering(node.get("arg_orders", []))
    return label.decided_by(labels_of([*node.get("partitions", []), *keys, *frame], below, flow))
