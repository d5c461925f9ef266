"""The labels of bound expressions: references, casts, comparisons, CASE."""

from __future__ import annotations

from expectations.flow import constants, doors, literals
from expectations.flow.context import Flow
from expectations.flow.dispatch import EXPRESSION_KEYS, expression, label_of, referred
from expectations.flow.functions import COMPARISONS, OPERATORS, TOTAL, words
from expectations.flow.labels import CLEAN, Label, Relation, join_all

_TEXT_TYPES = words("VARCHAR CHAR BLOB BIT ENUM LIST STRUCT MAP ARRAY UNION VARIANT GEOMETRY")
_INTEGERS = words("TINYINT SMALLINT INTEGER BIGINT")


@expression("BOUND_REF", "BOUND_COLUMN_REF")
def _reference(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    return referred(node, below, flow).label


@expression("BOUND_CONSTANT")
def _constant(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, EXPRESSION_KEYS | {"value"}, "a constant")
    constants.check_value(node["value"], flow, role)
    return CLEAN


@expression("BOUND_CAST")
def _cast(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, EXPRESSION_KEYS | {"child", "try_cast"}, "a cast")
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


@expression("BOUND_COMPARISON")
def _comparison(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, EXPRESSION_KEYS | {"left", "right"}, "a comparison")
    if node["type"] not in COMPARISONS:
        flow.refuse("unknown_operator", f"comparison {node['type']}")
    return _compared([node["left"], node["right"]], below, flow)


def _compared(operands: list[dict], below: Relation, flow: Flow) -> Label:
    only_constants = all(map(constants.is_constant, operands))
    role = literals.OUTPUT if only_constants else literals.COMPARED
    return join_all(label_of(operand, below, flow, role) for operand in operands)


@expression("BOUND_CONJUNCTION")
def _conjunction(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, EXPRESSION_KEYS | {"children"}, "a conjunction")
    if node["type"] not in ("CONJUNCTION_AND", "CONJUNCTION_OR"):
        flow.refuse("unknown_operator", f"conjunction {node['type']}")
    return join_all(label_of(child, below, flow) for child in node["children"])


@expression("BOUND_BETWEEN")
def _between(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    known = EXPRESSION_KEYS | {"input", "lower", "upper", "lower_inclusive", "upper_inclusive"}
    flow.check_keys(node, known, "a between")
    return _compared([node["input"], node["lower"], node["upper"]], below, flow)


@expression("BOUND_OPERATOR")
def _operator(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, EXPRESSION_KEYS | {"children"}, "an operator")
    if node["type"] not in OPERATORS:
        flow.refuse("unknown_operator", f"operator {node['type']}")
    children = node.get("children", [])
    if node["type"] in COMPARISONS:
        return _compared(children, below, flow)
    return join_all(label_of(child, below, flow, role) for child in children)


@expression("BOUND_CASE")
def _case(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, EXPRESSION_KEYS | {"case_checks", "else_expr"}, "a case")
    result = label_of(node["else_expr"], below, flow, role)
    for check in node["case_checks"]:
        decision = label_of(check["when_expr"], below, flow)
        if decision.all and _may_raise(check["then_expr"]):
            flow.refuse("error_channel", "raw text decides whether an expression fails")
        result = result.join(label_of(check["then_expr"], below, flow, role))
        result = result.decided_by(decision.all)
    return result


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


@expression("BOUND_UNNEST")
def _unnest(node: dict, below: Relation, flow: Flow, role: str) -> Label:
    flow.check_keys(node, EXPRESSION_KEYS | {"child"}, "an unnest")
    return label_of(node["child"], below, flow)
