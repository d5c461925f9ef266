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
from expectations.flow.labels import Column, Label, Relation, join_all

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
    if name not in SCALAR:
        flow.refuse("unknown_function", f"function {name}()")
    elif not flow.is_clock_allowed and (name in CLOCK or (name == "age" and len(children) == 1)):
        flow.refuse("clock", f"function {name}()")
    constants.check_made_text(node, flow)
    label = join_all(
        label_of(child, below, flow, _argument_role(node, place, role))
        for place, child in enumerate(children)
    )
    label = label.join(_hidden(node.get("function_data", {}), children, below, flow))
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


def _hidden(data: dict, children: list[dict], below: Relation, flow: Flow) -> Label:
    """Walk what a function keeps in its bind data: lambdas, inner aggregates, constants.

    A lambda's references point to its parameters and captures. Captures are arguments of the
    function, parameters are made of them, so the function's own label covers the body's inputs.
    """
    inputs = Label()
    body = data.get("lambda_expr")
    if body:
        label = join_all(
            label_of(child, below, flow.silent(), literals.PATTERN) for child in children
        )
        inner = Relation(tuple(Column(label) for _ in range(64)))
        inputs = label_of(body, inner, flow)
    aggregate = data.get("bind_data", {}).get("aggr_expr")
    if aggregate:
        label_of(aggregate, Relation(), flow)
    if isinstance(data.get("separator"), str):
        constants.check_text(data["separator"], flow, literals.OUTPUT)
    unknown = set(data) - _BIND_DATA
    if unknown:
        flow.refuse("unknown_plan_shape", f"bind data with {', '.join(sorted(unknown))}")
    return inputs


_BIND_DATA = words(
    "lambda_expr return_type has_index has_initial bind_data separator variable_return_type "
    "quantiles order desc stype aggr_expr min max"
)


@expression("BOUND_AGGREGATE")
def _aggregate(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, _AGGREGATE, "an aggregate")
    if node["name"] not in AGGREGATES:
        flow.refuse("unknown_function", f"aggregate {node['name']}()")
    return _aggregated(node, below, flow)


def _aggregated(node: dict, below: Relation, flow: Flow) -> Label:
    label = join_all(label_of(child, below, flow) for child in node.get("children", []))
    label = label.join(_hidden(node.get("function_data", {}), [], below, flow))
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
