"""The labels of set operations and common table expressions."""

from __future__ import annotations

from dataclasses import replace

from expectations.flow.context import Flow
from expectations.flow.dispatch import labels_of, operator, walk
from expectations.flow.labels import NOTHING, Column, Relation, Sources, bind, join_all


@operator(
    "LOGICAL_UNION",
    "LOGICAL_EXCEPT",
    "LOGICAL_INTERSECT",
    keys="table_index column_count setop_all allow_out_of_order",
)
def _set_operation(node: dict, flow: Flow) -> Relation:
    sides = [walk(child, flow) for child in node["children"]]
    if len({len(side.columns) for side in sides}) != 1:
        flow.refuse("unknown_plan_shape", "a set operation over different columns")
        return Relation()
    columns = [
        Column(join_all(c.label for c in same))
        for same in zip(*(s.columns for s in sides), strict=True)
    ]
    existence = NOTHING.union(*(s.existence for s in sides))
    if node["type"] != "LOGICAL_UNION":
        existence |= join_all(c.label for c in columns).all
    order = NOTHING.union(*(s.order for s in sides))
    return Relation(bind(columns, node["table_index"]), existence, order)


@operator("LOGICAL_MATERIALIZED_CTE", keys="table_index column_count ctename materialize")
def _with(node: dict, flow: Flow) -> Relation:
    flow.ctes[node["table_index"]] = walk(node["children"][0], flow)
    return walk(node["children"][1], flow)


@operator(
    "LOGICAL_RECURSIVE_CTE",
    keys="table_index column_count ctename union_all key_targets ref_recurring ",
)
def _recursive(node: dict, flow: Flow) -> Relation:
    """The least fixed point of the labels over both branches."""
    result = walk(node["children"][0], flow)
    keys = labels_of(node.get("key_targets", []), result, flow)
    while True:
        flow.ctes[node["table_index"]] = result
        step = walk(node["children"][1], flow)
        grown = _grown(result, step, not node.get("union_all", False), keys)
        if grown == result:
            return Relation(
                bind(result.columns, node["table_index"]), result.existence, result.order
            )
        result = grown


def _grown(result: Relation, step: Relation, is_distinct: bool, keys: Sources) -> Relation:
    columns = tuple(
        Column(a.label.join(b.label)) for a, b in zip(result.columns, step.columns, strict=True)
    )
    existence = result.existence | step.existence | keys
    if is_distinct:
        existence |= join_all(c.label for c in columns).all
    return Relation(columns, existence, result.order | step.order)


@operator("LOGICAL_CTE_REF", keys="table_index cte_index chunk_types bound_columns is_recurring")
def _cte_reference(node: dict, flow: Flow) -> Relation:
    known = flow.ctes.get(node["cte_index"])
    if known is None:
        flow.refuse("unknown_plan_shape", "a reference to an unknown CTE")
        return Relation(tuple(Column() for _ in node["chunk_types"]))
    # Two references to one CTE are two scans: a row of one is not the row of the other.
    scan = node["table_index"]
    columns = [
        replace(c, origin=c.origin._replace(scan=scan)) if c.origin else c for c in known.columns
    ]
    return Relation(bind(columns, scan), known.existence, known.order)
