"""The label of a bound expression over the columns of the relation below it."""

from __future__ import annotations

from expectations.flow import constants, doors, literals
from expectations.flow.context import Flow
from expectations.flow.functions import (
    AGGREGATES,
    CLOCK,
    COMPARISONS,
    OPERATORS,
    PATTERN_ARGUMENTS,
    SCALAR,
    TOTAL,
    TOTAL_IN_DOORS,
    WINDOWS,
    words,
)
from expectations.flow.labels import CLEAN, Column, Label, Relation, join_all

_HEAD = words("expression_class type alias query_location return_type")
_FUNCTION = _HEAD | words(
    "children name arguments original_arguments catalog_name schema_name has_serialize "
    "function_data is_operator"
)
_AGGREGATE = (_FUNCTION - {"is_operator"}) | {"aggregate_type", "filter", "order_bys"}
_WINDOW = _FUNCTION | words(
    "partitions orders arg_orders filters start_expr end_expr offset_expr default_expr "
    "ignore_nulls start end exclude_clause distinct"
)
_TEXT_TYPES = words("VARCHAR CHAR BLOB BIT ENUM LIST STRUCT MAP ARRAY UNION VARIANT GEOMETRY")
_INTEGERS = words("TINYINT SMALLINT INTEGER BIGINT")
# The scalar subquery that DuckDB plans: it raises when a second row comes.
_ONE_ROW = "More than one row returned by a subquery used as an expression"


def label_of(node: dict, below: Relation, flow: Flow, role: str = literals.OUTPUT) -> Label:
    """Return the label of an expression; unknown parts are noted in flow as refusals."""
    kind = node.get("expression_class", "")
    handler = _HANDLERS.get(kind)
    if handler is None:
        flow.refuse("unknown_operator", f"expression {kind or 'without a class'}")
        return CLEAN
    if flow.doors and not flow.is_in_door and kind not in _LEAVES:
        passed = _through_door(node, below, flow)
        if passed is not None:
            return passed
    return handler(node, below, flow, role)


def column_of(node: dict, below: Relation, flow: Flow) -> Column:
    """Return the expression as an output column; a bare reference stays the base column it is."""
    kind = node.get("expression_class")
    if kind in ("BOUND_REF", "BOUND_COLUMN_REF"):
        return _referred(node, below, flow)
    return Column(label_of(node, below, flow))


def _through_door(node: dict, below: Relation, flow: Flow) -> Label | None:
    origins = doors.origins(node, below, flow)
    if origins is None or not origins:
        return None
    name = flow.doors.get(doors.fingerprint(node, below))
    if name is None:
        return None
    flow.is_in_door = True
    label = _HANDLERS[node["expression_class"]](node, below, flow, literals.OUTPUT)
    flow.is_in_door = False
    flow.doors_used[name] = flow.doors_used.get(name, 0) + 1
    return Label(label.explicit - origins, label.control - origins)


def _referred(node: dict, below: Relation, flow: Flow) -> Column:
    index = node.get("index")
    if index is not None and 0 <= index < len(below.columns):
        return below.columns[index]
    binding = node.get("binding", {})
    wanted = (binding.get("table_index"), binding.get("column_index"))
    for column in below.columns:
        if column.binding == wanted and None not in wanted and not node.get("depth"):
            return column
    flow.refuse("unknown_plan_shape", "a reference to a column that is not below it")
    return Column()


def _reference(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    return _referred(node, below, flow).label


def _constant(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, _HEAD | {"value"}, "a constant")
    constants.check_value(node["value"], flow, role)
    return CLEAN


def _cast(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, _HEAD | {"child", "try_cast"}, "a cast")
    target = node["return_type"]
    constants.check_enum(target, flow)
    if target["id"] not in _TEXT_TYPES and role == literals.OUTPUT:
        role = literals.TYPED
    label = label_of(node["child"], below, flow, role)
    if label.all and not node.get("try_cast") and not _is_total_cast(node["child"], target):
        flow.refuse("error_channel", "a cast of raw text that can fail")
    return label


def _is_total_cast(child: dict, target: dict) -> bool:
    if target["id"] == "VARCHAR" and "alias" not in target.get("type_info", {}):
        return True
    source = child.get("return_type", {})
    if source == target:
        return True
    wide = {"BIGINT", "HUGEINT", "DOUBLE"}
    return source.get("id") in _INTEGERS and target["id"] in wide


def _comparison(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, _HEAD | {"left", "right"}, "a comparison")
    if node["type"] not in COMPARISONS:
        flow.refuse("unknown_operator", f"comparison {node['type']}")
    return _compared([node["left"], node["right"]], below, flow)


def _compared(operands: list[dict], below: Relation, flow: Flow) -> Label:
    only_constants = all(map(constants.is_constant, operands))
    role = literals.OUTPUT if only_constants else literals.COMPARED
    return join_all(label_of(operand, below, flow, role) for operand in operands)


def _conjunction(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, _HEAD | {"children"}, "a conjunction")
    if node["type"] not in ("CONJUNCTION_AND", "CONJUNCTION_OR"):
        flow.refuse("unknown_operator", f"conjunction {node['type']}")
    return join_all(label_of(child, below, flow) for child in node["children"])


def _between(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    known = _HEAD | {"input", "lower", "upper", "lower_inclusive", "upper_inclusive"}
    flow.check_keys(node, known, "a between")
    return _compared([node["input"], node["lower"], node["upper"]], below, flow)


def _operator(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, _HEAD | {"children"}, "an operator")
    if node["type"] not in OPERATORS:
        flow.refuse("unknown_operator", f"operator {node['type']}")
    children = node.get("children", [])
    if node["type"] in COMPARISONS:
        return _compared(children, below, flow)
    return join_all(label_of(child, below, flow, role) for child in children)


def _case(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, _HEAD | {"case_checks", "else_expr"}, "a case")
    result = label_of(node["else_expr"], below, flow, role)
    for check in node["case_checks"]:
        decision = label_of(check["when_expr"], below, flow)
        if _is_one_row_error(check["then_expr"]):
            if decision.all:
                flow.refuse("error_channel", "a subquery whose row count depends on raw text")
            continue
        if decision.all and _may_raise(check["then_expr"]):
            flow.refuse("error_channel", "raw text decides whether an expression fails")
        result = result.join(label_of(check["then_expr"], below, flow, role))
        result = result.decided_by(decision.all)
    return result


def _is_one_row_error(node: dict) -> bool:
    if node.get("name") != "error":
        return False
    argument = node.get("children", [{}])[0].get("value", {})
    return str(argument.get("value", "")).startswith(_ONE_ROW)


def _may_raise(node: dict) -> bool:
    """Tell whether evaluating the expression may raise on some input."""
    kind = node.get("expression_class")
    if kind == "BOUND_FUNCTION" and node.get("name") not in TOTAL:
        return True
    if kind == "BOUND_CAST" and not node.get("try_cast"):
        child = node["child"]
        is_literal = child.get("expression_class") == "BOUND_CONSTANT"
        if not (is_literal and node["return_type"]["id"] in _TEXT_TYPES | _INTEGERS):
            return not _is_total_cast(child, node["return_type"])
    return any(_may_raise(part) for part in doors.parts(node))


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
            label_of(child, below, _silent(flow), literals.PATTERN) for child in children
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


def _silent(flow: Flow) -> Flow:
    return Flow(flow.label_of, flow.doors, flow.literals, flow.is_clock_allowed)


def _aggregate(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, _AGGREGATE, "an aggregate")
    if node["name"] not in AGGREGATES:
        flow.refuse("unknown_function", f"aggregate {node['name']}()")
    return _aggregated(node, below, flow)


def _aggregated(node: dict, below: Relation, flow: Flow) -> Label:
    label = join_all(label_of(child, below, flow) for child in node.get("children", []))
    label = label.join(_hidden(node.get("function_data", {}), [], below, flow))
    decisions = join_all(
        label_of(part, below, flow)
        for part in [node.get("filter"), *ordering(node.get("order_bys", {}).get("orders", []))]
        if part
    )
    if label.all and node.get("name") in ("sum", "product", "json_group_object"):
        flow.refuse("error_channel", f"{node['name']}() of raw text can fail")
    return label.decided_by(decisions.all)


def ordering(orders: list[dict]) -> list[dict]:
    """Return the expressions of an ORDER BY list."""
    return [order["expression"] for order in orders]


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
    decisions = join_all(
        label_of(part, below, flow) for part in [*node.get("partitions", []), *keys, *frame]
    )
    return label.decided_by(decisions.all)


def _unnest(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, _HEAD | {"child"}, "an unnest")
    return label_of(node["child"], below, flow)


_LEAVES = words("BOUND_REF BOUND_COLUMN_REF BOUND_CONSTANT")
_HANDLERS = {
    "BOUND_REF": _reference,
    "BOUND_COLUMN_REF": _reference,
    "BOUND_CONSTANT": _constant,
    "BOUND_CAST": _cast,
    "BOUND_COMPARISON": _comparison,
    "BOUND_CONJUNCTION": _conjunction,
    "BOUND_BETWEEN": _between,
    "BOUND_OPERATOR": _operator,
    "BOUND_CASE": _case,
    "BOUND_FUNCTION": _function,
    "BOUND_AGGREGATE": _aggregate,
    "BOUND_WINDOW": _window,
    "BOUND_UNNEST": _unnest,
}
