"""The labels of an operator's output, given those of its input.

Which rows exist is a channel of its own: whatever decides it is kept in `existence`, which only
an aggregate without groups turns into values (it always gives one row).
"""

from __future__ import annotations

from expectations.flow.constants import check_value
from expectations.flow.context import Flow
from expectations.flow.dispatch import column_of, label_of, labels_of, operator, ordering, walk
from expectations.flow.labels import NOTHING, Column, Relation, Sources, bind, join_all


def _decided(relation: Relation, by: Sources) -> Relation:
    return Relation(relation.columns, relation.existence | by, relation.order)


@operator("LOGICAL_PROJECTION", keys="table_index expressions")
def _projection(node: dict, flow: Flow) -> Relation:
    below = walk(node["children"][0], flow)
    columns = [column_of(e, below, flow) for e in node["expressions"]]
    return Relation(bind(columns, node["table_index"]), below.existence, below.order)


@operator("LOGICAL_FILTER", keys="expressions projection_map")
def _filter(node: dict, flow: Flow) -> Relation:
    below = walk(node["children"][0], flow)
    decided = _decided(below, labels_of(node["expressions"], below, flow))
    kept = node.get("projection_map")
    if kept is None:
        return decided
    columns = tuple(decided.columns[i] for i in kept)
    return Relation(columns, decided.existence, decided.order)


@operator(
    "LOGICAL_AGGREGATE_AND_GROUP_BY",
    keys="expressions group_index aggregate_index groupings_index groups grouping_sets "
    "grouping_functions distinct_validity ",
)
def _aggregate(node: dict, flow: Flow) -> Relation:
    below = walk(node["children"][0], flow)
    groups = [column_of(e, below, flow) for e in node.get("groups", [])]
    inherited = below.existence | below.order
    values = [
        Column(label_of(e, below, flow).decided_by(inherited)) for e in node.get("expressions", [])
    ]
    marks = [Column() for _ in node.get("grouping_functions", [])]
    decided = join_all(c.label for c in groups).all
    existence = (below.existence | decided) if groups else NOTHING
    columns = (
        bind(groups, node["group_index"])
        + bind(values, node["aggregate_index"])
        + bind(marks, node["groupings_index"])
    )
    return Relation(columns, existence, existence | below.order if groups else NOTHING)


@operator("LOGICAL_WINDOW", keys="window_index expressions")
def _window(node: dict, flow: Flow) -> Relation:
    below = walk(node["children"][0], flow)
    inherited = below.existence | below.order
    values = [Column(label_of(e, below, flow).decided_by(inherited)) for e in node["expressions"]]
    keys = [
        p
        for e in node["expressions"]
        for p in [*e.get("partitions", []), *ordering(e.get("orders", []))]
    ]
    # Rows come out sorted by the window's keys.
    order = below.order | labels_of(keys, below, flow)
    columns = below.columns + bind(values, node["window_index"])
    return Relation(columns, below.existence, order)


@operator("LOGICAL_UNNEST", keys="unnest_index expressions")
def _unnest(node: dict, flow: Flow) -> Relation:
    below = walk(node["children"][0], flow)
    values = [Column(label_of(e, below, flow)) for e in node["expressions"]]
    lengths = join_all(c.label for c in values).all
    columns = below.columns + bind(values, node["unnest_index"])
    return Relation(columns, below.existence | lengths, below.order)


@operator("LOGICAL_LIMIT", keys="limit_val offset_val")
def _limit(node: dict, flow: Flow) -> Relation:
    below = walk(node["children"][0], flow)
    decided = below.order
    for key in ("limit_val", "offset_val"):
        value = node.get(key, {})
        if "expression" in value:
            decided |= label_of(value["expression"], below, flow).all
    return _decided(below, decided)


@operator("LOGICAL_ORDER_BY", keys="orders projections")
def _order(node: dict, flow: Flow) -> Relation:
    below = walk(node["children"][0], flow)
    keys = labels_of(ordering(node["orders"]), below, flow)
    columns = below.columns
    if node.get("projections"):
        columns = tuple(columns[i] for i in node["projections"])
    return Relation(columns, below.existence, below.order | keys)


@operator("LOGICAL_DISTINCT", keys="distinct_type distinct_targets order_by")
def _distinct(node: dict, flow: Flow) -> Relation:
    below = walk(node["children"][0], flow)
    decided = labels_of(node.get("distinct_targets", []), below, flow)
    if node.get("distinct_type") == "DISTINCT_ON":
        orders = (node.get("order_by") or {}).get("orders", [])
        decided |= below.order | labels_of(ordering(orders), below, flow)
    return _decided(below, decided)


@operator("LOGICAL_SAMPLE", keys="sample_options")
def _sample(node: dict, flow: Flow) -> Relation:
    if node["sample_options"].get("seed", -1) in (-1, None):
        flow.refuse("unknown_operator", "a sample without REPEATABLE (seed)")
    below = walk(node["children"][0], flow)
    return _decided(below, below.order)


@operator("LOGICAL_PIVOT", keys="pivot_index bound_pivot")
def _pivot(node: dict, flow: Flow) -> Relation:
    """More than twenty pivot values: every output column may hold any input."""
    below = walk(node["children"][0], flow)
    label = join_all(c.label for c in below.columns)
    pivot = node["bound_pivot"]
    for name in pivot.get("pivot_values", ()):
        check_value({"type": {"id": "VARCHAR"}, "value": name}, flow, "output")
    columns = [Column(label) for _ in pivot["types"]]
    return Relation(bind(columns, node["pivot_index"]), below.existence, below.order)
