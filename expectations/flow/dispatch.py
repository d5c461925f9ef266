"""From a plan node to its handler. Handlers register here; what has none is refused."""

from __future__ import annotations

from collections.abc import Callable

from expectations.flow import doors, literals
from expectations.flow.context import Flow
from expectations.flow.functions import words
from expectations.flow.labels import CLEAN, Column, Label, Relation, Sources, join_all

EXPRESSION_KEYS = words("expression_class type alias query_location return_type")
OPERATOR_KEYS = words("type children")
_REFERENCES = words("BOUND_REF BOUND_COLUMN_REF")
_LEAVES = _REFERENCES | words("BOUND_CONSTANT")

_expressions: dict[str, Callable[[dict, Relation, Flow, str], Label]] = {}
_operators: dict[str, tuple[Callable[[dict, Flow], Relation], frozenset[str]]] = {}


def expression(*classes: str):
    """Register the handler of bound expressions of these classes."""
    return lambda handler: [_expressions.update({c: handler}) for c in classes] and handler


def operator(*types: str, keys: str = ""):
    """Register the handler of logical operators, with all the keys that it reads."""
    known = OPERATOR_KEYS | words(keys)
    return lambda handler: [_operators.update({t: (handler, known)}) for t in types] and handler


def walk(node: dict, flow: Flow) -> Relation:
    """Return the labelled output of a plan node; what is unknown is noted as a refusal."""
    kind = node.get("type", "")
    if kind not in _operators:
        flow.refuse("unknown_operator", f"operator {kind or 'without a type'}")
        return Relation()
    handler, keys = _operators[kind]
    flow.check_keys(node, keys, kind)
    return handler(node, flow)


def label_of(node: dict, below: Relation, flow: Flow, role: str = literals.OUTPUT) -> Label:
    """Return the label of an expression; what is unknown is noted as a refusal."""
    kind = node.get("expression_class", "")
    handler = _expressions.get(kind)
    if handler is None:
        flow.refuse("unknown_operator", f"expression {kind or 'without a class'}")
        return CLEAN
    if flow.doors is None or flow.is_in_door or kind in _LEAVES:
        return handler(node, below, flow, role)
    origins = doors.origins(node, below)
    if not origins:
        return handler(node, below, flow, role)
    key = doors.fingerprint(node, below, flow.plan)
    if key in flow.doors:
        return _through_door(flow.doors[key], node, below, flow).without(origins)
    return _noted(key, origins, handler, node, below, flow, role)


def labels_of(nodes: list[dict], below: Relation, flow: Flow) -> Sources:
    """Return every raw column that any of the expressions depends on."""
    return join_all(label_of(node, below, flow) for node in nodes).all


def column_of(node: dict, below: Relation, flow: Flow) -> Column:
    """Return the expression as an output column; a bare reference stays the base column it is."""
    if node.get("expression_class") in _REFERENCES:
        return referred(node, below, flow)
    return Column(label_of(node, below, flow))


def referred(node: dict, below: Relation, flow: Flow) -> Column:
    """Return the column that a reference points to, by position or by binding."""
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


def ordering(orders: list[dict]) -> list[dict]:
    """Return the expressions of an ORDER BY list."""
    return [order["expression"] for order in orders]


def _through_door(name: str, node: dict, below: Relation, flow: Flow) -> Label:
    """Walk an expression that is a registered door: its literals and lengths are reviewed."""
    flow.is_in_door = True
    label = _expressions[node["expression_class"]](node, below, flow, literals.OUTPUT)
    flow.is_in_door = False
    flow.passed.append((name, node))
    return label


def _noted(key: str, origins: Sources, handler, node, below, flow: Flow, role: str) -> Label:
    """Note an expression over raw columns that no door covers, but none of those inside it."""
    if not flow.is_in_candidate:
        flow.candidates.setdefault(key, ", ".join(sorted(origins)))
    outer, flow.is_in_candidate = flow.is_in_candidate, True
    label = handler(node, below, flow, role)
    flow.is_in_candidate = outer
    return label
