"""The labels of an operator's output, given those of its inputs.

Which rows exist is a channel of its own: whatever decides it is kept in `existence`, which only
an aggregate without groups turns into values (it always gives one row).
"""

from __future__ import annotations

from expectations.flow.constants import check_value
from expectations.flow.context import Flow
from expectations.flow.expressions import column_of, label_of, ordering
from expectations.flow.functions import TABLE_FUNCTIONS, words
from expectations.flow.labels import (
    NOTHING,
    Column,
    Label,
    Relation,
    Sources,
    bind,
    join_all,
)

_HEAD = frozenset({"type", "children"})
_KEPT_BY_JOIN = frozenset({"INNER", "LEFT", "RIGHT", "OUTER", "FULL"})
# DuckDB's mark for "no particular column": row ids, and scans that only count rows.
ROW_ID = 18446744073709551615


def walk(node: dict, flow: Flow) -> Relation:
    """Return the labelled output of a plan node; what is unknown is noted as a refusal."""
    handler, keys = _HANDLERS.get(node.get("type", ""), (None, _HEAD))
    if handler is None:
        flow.refuse("unknown_operator", f"operator {node.get('type', '?')}")
        return Relation()
    flow.check_keys(node, _HEAD | keys, node["type"])
    return handler(node, flow)


def _below(node: dict, flow: Flow) -> Relation:
    return walk(node["children"][0], flow)


def _decided(relation: Relation, by: Sources) -> Relation:
    return Relation(relation.columns, relation.existence | by, relation.order)


def _labels(nodes: list[dict], below: Relation, flow: Flow) -> Sources:
    return join_all(label_of(node, below, flow) for node in nodes).all


def _projection(node: dict, flow: Flow) -> Relation:
    below = _below(node, flow)
    columns = [column_of(e, below, flow) for e in node["expressions"]]
    return Relation(bind(columns, node["table_index"]), below.existence, below.order)


def _filter(node: dict, flow: Flow) -> Relation:
    below = _below(node, flow)
    decided = _decided(below, _labels(node["expressions"], below, flow))
    kept = node.get("projection_map")
    if kept is None:
        return decided
    columns = tuple(decided.columns[i] for i in kept)
    return Relation(columns, decided.existence, decided.order)


def _aggregate(node: dict, flow: Flow) -> Relation:
    below = _below(node, flow)
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


def _window(node: dict, flow: Flow) -> Relation:
    below = _below(node, flow)
    inherited = below.existence | below.order
    values = [Column(label_of(e, below, flow).decided_by(inherited)) for e in node["expressions"]]
    keys = [
        p
        for e in node["expressions"]
        for p in [*e.get("partitions", []), *ordering(e.get("orders", []))]
    ]
    # Rows come out sorted by the window's keys.
    order = below.order | _labels(keys, below, flow)
    columns = below.columns + bind(values, node["window_index"])
    return Relation(columns, below.existence, order)


def _unnest(node: dict, flow: Flow) -> Relation:
    below = _below(node, flow)
    values = [Column(label_of(e, below, flow)) for e in node["expressions"]]
    lengths = join_all(c.label for c in values).all
    columns = below.columns + bind(values, node["unnest_index"])
    return Relation(columns, below.existence | lengths, below.order)


def _limit(node: dict, flow: Flow) -> Relation:
    below = _below(node, flow)
    decided = below.order
    for key in ("limit_val", "offset_val"):
        value = node.get(key, {})
        if "expression" in value:
            decided |= label_of(value["expression"], below, flow).all
    return _decided(below, decided)


def _order(node: dict, flow: Flow) -> Relation:
    below = _below(node, flow)
    keys = _labels(ordering(node["orders"]), below, flow)
    columns = below.columns
    if node.get("projections"):
        columns = tuple(columns[i] for i in node["projections"])
    return Relation(columns, below.existence, below.order | keys)


def _distinct(node: dict, flow: Flow) -> Relation:
    below = _below(node, flow)
    decided = _labels(node.get("distinct_targets", []), below, flow)
    if node.get("distinct_type") == "DISTINCT_ON":
        orders = (node.get("order_by") or {}).get("orders", [])
        decided |= below.order | _labels(ordering(orders), below, flow)
    return _decided(below, decided)


def _sample(node: dict, flow: Flow) -> Relation:
    if node["sample_options"].get("seed", -1) in (-1, None):
        flow.refuse("unknown_operator", "a sample without REPEATABLE (seed)")
    below = _below(node, flow)
    return _decided(below, below.order)


def _conditions(node: dict, left: Relation, right: Relation, flow: Flow) -> Sources:
    flow_keys = frozenset({"left", "right", "comparison"})
    decided: Sources = NOTHING
    for condition in node.get("conditions", []):
        flow.check_keys(condition, flow_keys, "a join condition")
        decided |= label_of(condition["left"], left, flow).all
        decided |= label_of(condition["right"], right, flow).all
    return decided


def _join(node: dict, flow: Flow) -> Relation:
    left = walk(node["children"][0], flow)
    right = walk(node["children"][1], flow)
    return _joined(node, left, right, _conditions(node, left, right, flow), flow)


def _any_join(node: dict, flow: Flow) -> Relation:
    left = walk(node["children"][0], flow)
    right = walk(node["children"][1], flow)
    both = Relation(left.columns + right.columns, left.existence | right.existence)
    return _joined(node, left, right, label_of(node["condition"], both, flow).all, flow)


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


def _cross(node: dict, flow: Flow) -> Relation:
    left = walk(node["children"][0], flow)
    right = walk(node["children"][1], flow)
    columns = left.columns + right.columns
    return Relation(columns, left.existence | right.existence, left.order | right.order)


def _positional(node: dict, flow: Flow) -> Relation:
    both = _cross(node, flow)
    decided = both.existence | both.order
    columns = tuple(c.decided_by(decided) for c in both.columns)
    return Relation(columns, both.existence, both.order)


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


def _with(node: dict, flow: Flow) -> Relation:
    flow.ctes[node["table_index"]] = walk(node["children"][0], flow)
    return walk(node["children"][1], flow)


def _recursive(node: dict, flow: Flow) -> Relation:
    """The least fixed point of the labels over both branches."""
    result = walk(node["children"][0], flow)
    keys = _labels(node.get("key_targets", []), result, flow)
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


def _cte_reference(node: dict, flow: Flow) -> Relation:
    known = flow.ctes.get(node["cte_index"])
    if known is None:
        flow.refuse("unknown_plan_shape", "a reference to an unknown CTE")
        return Relation(tuple(Column() for _ in node["chunk_types"]))
    return Relation(bind(known.columns, node["table_index"]), known.existence, known.order)


def _delim_get(node: dict, flow: Flow) -> Relation:
    """Columns handed in by the enclosing dependent joins; which of them is left open on purpose."""
    count = len(node.get("chunk_types", []))
    fitting = [outer for outer in flow.outer if len(outer.columns) == count]
    if not fitting:
        flow.refuse("unknown_plan_shape", "a dependent scan without its join")
        return Relation(tuple(Column() for _ in range(count)))
    columns = fitting[0].columns
    if len(fitting) > 1:
        columns = tuple(
            Column(join_all(c.label for c in same))
            for same in zip(*(f.columns for f in fitting), strict=True)
        )
    existence = NOTHING.union(*(f.existence for f in flow.outer))
    order = NOTHING.union(*(f.order for f in flow.outer))
    return Relation(bind(columns, node["table_index"]), existence, order)


def _values(node: dict, flow: Flow) -> Relation:
    below = _below(node, flow)
    rows = [[label_of(e, below, flow) for e in row] for row in node["expressions"]]
    columns = [Column(join_all(column)) for column in zip(*rows, strict=True)]
    return Relation(bind(columns, node["table_index"]), below.existence, below.order)


def _nothing(node: dict, flow: Flow) -> Relation:
    return Relation(bind([Column()], node["table_index"]))


def _pivot(node: dict, flow: Flow) -> Relation:
    """More than twenty pivot values: every output column may hold any input."""
    below = _below(node, flow)
    label = join_all(c.label for c in below.columns)
    pivot = node["bound_pivot"]
    for name in pivot.get("pivot_values", ()):
        check_value({"type": {"id": "VARCHAR"}, "value": name}, flow, "output")
    columns = [Column(label) for _ in pivot["types"]]
    return Relation(bind(columns, node["pivot_index"]), below.existence, below.order)


def _get(node: dict, flow: Flow) -> Relation:
    if node.get("name") == "seq_scan":
        return _table(node, flow)
    return _table_function(node, flow)


def _table(node: dict, flow: Flow) -> Relation:
    if node.get("children"):
        flow.refuse("unknown_plan_shape", "a table scan with an input")
    data, names = node["function_data"], node["names"]
    place = (data["catalog"], data["schema"], data["table"])
    columns = []
    for entry in node["column_indexes"]:
        if entry["index"] == ROW_ID:
            # Counting rows needs no label; reading the row id would.
            columns.append(Column(Label(frozenset({f"{place[2]}.rowid"}))))
            continue
        columns.append(_base_column(place, names[entry["index"]], flow))
    return Relation(bind(columns, node["table_index"]))


def _base_column(place: tuple[str, str, str], name: str, flow: Flow) -> Column:
    sources = flow.label_of(*place, name)
    if sources is None:
        flow.refuse("unlabelled_column", f"column {place[2]}.{name}")
        sources = NOTHING
    return Column(Label(sources), origin=(place[2].lower(), name.lower()))


def _table_function(node: dict, flow: Flow) -> Relation:
    name = node.get("name", "?")
    if name not in TABLE_FUNCTIONS:
        flow.refuse("unknown_table_function", f"table function {name}()")
    for value in [*node.get("parameters", []), *dict(node.get("named_parameters", {})).values()]:
        check_value(value, flow, "output")
    below = _below(node, flow) if node.get("children") else Relation()
    carried = [below.columns[i] for i in node.get("projected_input", [])]
    count = len(below.columns) - len(carried)
    label = join_all(c.label for c in below.columns[:count])
    made = [Column(label) for _ in node["column_indexes"]]
    columns = bind(made, node["table_index"]) + tuple(carried)
    return Relation(columns, below.existence | label.all, below.order)


_SCAN = words(
    "table_index returned_types names name has_serialize function_data column_indexes extra_info "
    "ordinality_idx arguments original_arguments parameters named_parameters input_table_types "
    "input_table_names projected_input catalog_name schema_name"
)
_JOIN = words(
    "join_type mark_index conditions mark_types delim_flipped duplicate_eliminated_columns"
)
_SET = words("table_index column_count setop_all allow_out_of_order")
_CTE = words("table_index column_count ctename materialize")

_HANDLERS = {
    "LOGICAL_PROJECTION": (_projection, frozenset({"table_index", "expressions"})),
    "LOGICAL_FILTER": (_filter, frozenset({"expressions", "projection_map"})),
    "LOGICAL_AGGREGATE_AND_GROUP_BY": (
        _aggregate,
        words(
            "expressions group_index aggregate_index groupings_index groups grouping_sets "
            "grouping_functions distinct_validity"
        ),
    ),
    "LOGICAL_WINDOW": (_window, frozenset({"window_index", "expressions"})),
    "LOGICAL_UNNEST": (_unnest, frozenset({"unnest_index", "expressions"})),
    "LOGICAL_LIMIT": (_limit, frozenset({"limit_val", "offset_val"})),
    "LOGICAL_ORDER_BY": (_order, frozenset({"orders", "projections"})),
    "LOGICAL_DISTINCT": (_distinct, frozenset({"distinct_type", "distinct_targets", "order_by"})),
    "LOGICAL_SAMPLE": (_sample, frozenset({"sample_options"})),
    "LOGICAL_COMPARISON_JOIN": (_join, _JOIN),
    "LOGICAL_ASOF_JOIN": (_join, _JOIN),
    "LOGICAL_DELIM_JOIN": (_delim_join, _JOIN),
    "LOGICAL_ANY_JOIN": (_any_join, frozenset({"join_type", "mark_index", "condition"})),
    "LOGICAL_PIVOT": (_pivot, frozenset({"pivot_index", "bound_pivot"})),
    "LOGICAL_CROSS_PRODUCT": (_cross, frozenset()),
    "LOGICAL_POSITIONAL_JOIN": (_positional, frozenset()),
    "LOGICAL_UNION": (_set_operation, _SET),
    "LOGICAL_EXCEPT": (_set_operation, _SET),
    "LOGICAL_INTERSECT": (_set_operation, _SET),
    "LOGICAL_MATERIALIZED_CTE": (_with, _CTE),
    "LOGICAL_RECURSIVE_CTE": (
        _recursive,
        _CTE
        | {"union_all", "key_targets", "ref_recurring", "internal_types", "payload_aggregates"},
    ),
    "LOGICAL_CTE_REF": (
        _cte_reference,
        words("table_index cte_index chunk_types bound_columns is_recurring materialized_cte"),
    ),
    "LOGICAL_DELIM_GET": (_delim_get, frozenset({"table_index", "chunk_types"})),
    "LOGICAL_EXPRESSION_GET": (
        _values,
        frozenset({"table_index", "expr_types", "expressions"}),
    ),
    "LOGICAL_DUMMY_SCAN": (_nothing, frozenset({"table_index"})),
    "LOGICAL_GET": (_get, _SCAN),
}
