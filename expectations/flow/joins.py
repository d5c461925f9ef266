"""The labels of joins: a condition on raw text decides which rows there are."""

from __future__ import annotations

from expectations.flow.context import Flow
from expectations.flow.dispatch import column_of, label_of, operator, walk
from expectations.flow.labels import NOTHING, Column, Label, Relation, Sources, join_all

_KEPT_BY_JOIN = frozenset({"INNER", "LEFT", "RIGHT", "OUTER", "FULL"})
_JOIN = "join_type mark_index conditions mark_types delim_flipped duplicate_eliminated_columns"


@operator("LOGICAL_COMPARISON_JOIN", "LOGICAL_ASOF_JOIN", keys=_JOIN)
def _join(node: dict, flow: Flow) -> Relation:
    left = walk(node["children"][0], flow)
    right = walk(node["children"][1], flow)
    return _joined(node, left, right, _conditions(node, left, right, flow), flow)


@operator("LOGICAL_ANY_JOIN", keys="join_type mark_index condition")
def _any_join(node: dict, flow: Flow) -> Relation:
    left = walk(node["children"][0], flow)
    right = walk(node["children"][1], flow)
    both = Relation(left.columns + right.columns, left.existence | right.existence)
    return _joined(node, left, right, label_of(node["condition"], both, flow).all, flow)


@operator("LOGICAL_DELIM_JOIN", keys=_JOIN)
def _delim_join(node: dict, flow: Flow) -> Relation:
    """A correlated subquery: the inner side reads columns of the outer one by DELIM_GET."""
    if node.get("delim_flipped"):
        flow.refuse("unknown_plan_shape", "a flipped dependent join")
    left = walk(node["children"][0], flow)
    handed = [column_of(e, left, flow) for e in node.get("duplicate_eliminated_columns", [])]
    decided = left.existence | join_all(c.label for c in handed).all
    flow.outer.append(Relation(tuple(handed), decided, left.order))
    right = walk(node["children"][1], flow)
    flow.outer.pop()
    return _joined(node, left, right, _conditions(node, left, right, flow), flow)


def _conditions(node: dict, left: Relation, right: Relation, flow: Flow) -> Sources:
    flow_keys = frozenset({"left", "right", "comparison"})
    decided: Sources = NOTHING
    for condition in node.get("conditions", []):
        flow.check_keys(condition, flow_keys, "a join condition")
        decided |= label_of(condition["left"], left, flow).all
        decided |= label_of(condition["right"], right, flow).all
    return decided


def _joined(node: dict, left: Relation, right: Relation, on: Sources, flow: Flow) -> Relation:
    kind = node["join_type"]
    order = left.order | right.order
    if kind in _KEPT_BY_JOIN:
        existence = left.existence | right.existence | on
        return Relation(left.columns + right.columns, existence, order)
    if kind in ("SEMI", "ANTI"):
        return Relation(left.columns, left.existence | right.existence | on, order)
    decided = right.existence | right.order | on
    if kind == "MARK":
        mark = Column(Label(NOTHING, decided), binding=(node["mark_index"], 0))
        return Relation((*left.columns, mark), left.existence, order)
    if kind != "SINGLE":
        flow.refuse("unknown_operator", f"{kind} join")
    if decided:
        flow.refuse("error_channel", "a subquery whose row count depends on raw text")
    return Relation(
        left.columns + tuple(c.decided_by(decided) for c in right.columns), left.existence, order
    )


@operator("LOGICAL_CROSS_PRODUCT")
def _cross(node: dict, flow: Flow) -> Relation:
    left = walk(node["children"][0], flow)
    right = walk(node["children"][1], flow)
    columns = left.columns + right.columns
    return Relation(columns, left.existence | right.existence, left.order | right.order)


@operator("LOGICAL_POSITIONAL_JOIN")
def _positional(node: dict, flow: Flow) -> Relation:
    both = _cross(node, flow)
    decided = both.existence | both.order
    columns = tuple(c.decided_by(decided) for c in both.columns)
    return Relation(columns, both.existence, both.order)
