"""The labels of what stands at the leaves of a plan: tables, table functions, VALUES."""

from __future__ import annotations

from expectations.flow.constants import check_value
from expectations.flow.context import Flow
from expectations.flow.dispatch import label_of, operator, walk
from expectations.flow.functions import TABLE_FUNCTIONS
from expectations.flow.labels import NOTHING, Column, Label, Origin, Relation, bind, join_all

# DuckDB's mark for "no particular column": row ids, and scans that only count rows.
ROW_ID = 18446744073709551615


@operator(
    "LOGICAL_GET",
    keys="table_index returned_types names name has_serialize function_data column_indexes "
    "extra_info ordinality_idx arguments original_arguments parameters "
    "named_parameters input_table_types input_table_names projected_input "
    "catalog_name schema_name ",
)
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
        columns.append(_base_column(place, names[entry["index"]], node["table_index"], flow))
    return Relation(bind(columns, node["table_index"]))


def _base_column(place: tuple[str, str, str], name: str, scan: int, flow: Flow) -> Column:
    sources = flow.label_of(*place, name)
    if sources is None:
        flow.refuse("unlabelled_column", f"column {place[2]}.{name}")
        sources = NOTHING
    return Column(Label(sources), origin=Origin(place[2].lower(), name.lower(), scan))


def _table_function(node: dict, flow: Flow) -> Relation:
    name = node.get("name", "?")
    if name not in TABLE_FUNCTIONS:
        flow.refuse("unknown_table_function", f"table function {name}()")
    for value in [*node.get("parameters", []), *dict(node.get("named_parameters", {})).values()]:
        check_value(value, flow, "output")
    below = walk(node["children"][0], flow) if node.get("children") else Relation()
    carried = node.get("projected_input", [])
    label = join_all(c.label for i, c in enumerate(below.columns) if i not in carried)
    made = [Column(label) for _ in node["column_indexes"]]
    columns = bind(made, node["table_index"]) + tuple(below.columns[i] for i in carried)
    return Relation(columns, below.existence | label.all, below.order)


@operator("LOGICAL_DELIM_GET", keys="table_index chunk_types")
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


@operator("LOGICAL_EXPRESSION_GET", keys="table_index expr_types expressions")
def _values(node: dict, flow: Flow) -> Relation:
    below = walk(node["children"][0], flow)
    rows = [[label_of(e, below, flow) for e in row] for row in node["expressions"]]
    columns = [Column(join_all(column)) for column in zip(*rows, strict=True)]
    return Relation(bind(columns, node["table_index"]), below.existence, below.order)


@operator("LOGICAL_DUMMY_SCAN", keys="table_index")
def _nothing(node: dict, flow: Flow) -> Relation:
    return Relation(bind([Column()], node["table_index"]))
