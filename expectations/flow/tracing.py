"""One walk over one query: from its text to a verdict with labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from expectations.flow import calls, expressions, joins, operators, queries, scans, statements
from expectations.flow.context import Flow
from expectations.flow.dispatch import walk
from expectations.flow.labels import Relation
from expectations.flow.verdicts import ColumnLabel, Reason, Verdict

# Handlers register themselves when their module is read.
_HANDLERS = (calls, expressions, joins, operators, queries, scans)


def trace(connection, sql: str, flow: Flow) -> Verdict:
    """Walk the plan of one query under the labels of flow."""
    try:
        return traced(connection, sql, flow)[0]
    except statements.Refused as refusal:
        return Verdict(reasons=(refusal.reason,))


def traced(connection, sql: str, flow: Flow) -> tuple[Verdict, dict]:
    """Return the verdict and the plan, {} where the parse tree told enough; raises Refused."""
    early = statements.findings(connection, statements.parse(connection, sql))
    if early:
        return Verdict(reasons=tuple(early)), {}
    if statements.has_hidden_variable(connection, sql):
        flow.refuse("run_time_state", "a view or macro that reads a session variable")
    root = flow.plan = statements.plan(connection, sql)
    try:
        relation = walk(root, flow)
    except Exception as error:
        message = f"a part of an unknown form ({type(error).__name__})"
        raise statements.Refused("unknown_plan_shape", message) from None
    return _verdict(relation, statements.output_names(connection, sql), flow), root


def _verdict(root: Relation, names: list[str], flow: Flow) -> Verdict:
    doors = dict(Counter(name for name, _ in flow.passed))
    reasons = [Reason(rule, "", message) for rule, message in flow.refusals]
    if len(names) != len(root.columns):
        reasons.append(Reason("unknown_plan_shape", "", "columns that cannot be matched to names"))
    columns = tuple(
        ColumnLabel(name, column.label.explicit, column.label.control)
        for name, column in zip(names, root.columns, strict=False)
    )
    reasons += [reason for column in columns for reason in _column_reasons(column)]
    if root.existence:
        message = f"{_list(root.existence)} decides which rows there are"
        reasons.append(Reason("row_existence", "", message))
    if root.order:
        message = f"{_list(root.order)} decides the order of rows"
        reasons.append(Reason("row_order", "", message))
    return Verdict(tuple(reasons), columns, root.existence, root.order, doors)


def _column_reasons(column: ColumnLabel):
    if column.explicit:
        yield Reason("explicit_flow", column.name, f"made of {_list(column.explicit)}")
    if column.control:
        yield Reason("control_flow", column.name, f"decided by {_list(column.control)}")


def _list(sources: Iterable[str]) -> str:
    return ", ".join(sorted(sources))
