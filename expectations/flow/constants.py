"""Constants in a plan: each is judged by where it stands, and text put together from them too."""

from __future__ import annotations

from expectations.flow import literals
from expectations.flow.context import Flow
from expectations.flow.doors import parts
from expectations.flow.functions import CLOCK, words

_REFERENCES = words("BOUND_REF BOUND_COLUMN_REF BOUND_LAMBDA_REF")
_SEAMLESS = words("|| concat")
_PLACEHOLDERS = words("format printf")
_JOINERS = _SEAMLESS | _PLACEHOLDERS | words("concat_ws list_aggr list_aggregate list_value")
_HARMLESS = (
    _SEAMLESS | _PLACEHOLDERS | CLOCK | words("concat_ws lower upper trim strftime typeof repeat")
)
_WHITESPACE_CODES = frozenset({9, 10, 13, 32})


def is_constant(node: dict) -> bool:
    """Tell whether the expression reads no column."""
    if node.get("expression_class") in _REFERENCES:
        return False
    return all(is_constant(child) for child in parts(node))


def check_value(value: dict, flow: Flow, role: str) -> None:
    """Refuse a constant (nested ones too) that may not stand in this place."""
    content = value.get("value")
    if isinstance(content, dict) and "children" in content:
        for child in content["children"]:
            check_value(child, flow, role)
    elif isinstance(content, str):
        check_text(content, flow, role)
    elif isinstance(content, dict) and "upper" in content:
        _check_number((content["upper"] << 64) + content.get("lower", 0), flow, role)
    elif isinstance(content, int) and value["type"]["id"] in ("BIGINT", "UBIGINT"):
        _check_number(content, flow, role)


def _check_number(number: int, flow: Flow, role: str) -> None:
    if role == literals.OUTPUT and not flow.is_in_door and not literals.is_plain_number(number):
        flow.refuse("unregistered_literal", "an integer with more than 15 digits")


def check_text(text: str, flow: Flow, role: str) -> None:
    """Refuse a string constant that may not stand in this place."""
    if flow.is_in_door or text in flow.literals:
        return
    if what := literals.problem(text, role):
        flow.refuse("unregistered_literal", what)
    if role == literals.OUTPUT:
        flow.output_literals.add(text)
        if sum(map(len, flow.output_literals)) > literals.MAX_OUTPUT_CHARACTERS:
            flow.refuse("unregistered_literal", "more literal text than labels need")


def check_enum(target: dict, flow: Flow) -> None:
    """An enum's members may come from data: they count as literals."""
    for member in target.get("type_info", {}).get("values", ()):
        check_text(member, flow, literals.OUTPUT)


def check_made_text(node: dict, flow: Flow) -> None:
    """Refuse text that is put together from constants: prose in pieces is prose."""
    if flow.is_in_door or node.get("return_type", {}).get("id") not in ("VARCHAR", "BLOB", "BIT"):
        return
    made = _made(node)
    if made not in flow.literals and (what := literals.problem(made, literals.OUTPUT)):
        flow.refuse("unregistered_literal", f"pieces that make {what}")
    if is_constant(node) and not _is_harmless_constant(node):
        flow.refuse("unregistered_literal", f"text computed from constants by {node['name']}()")


def _made(node: dict) -> str:
    """Return the constant text of an expression, a space for every part that is no constant."""
    if node.get("expression_class") == "BOUND_CAST":
        return _made(node["child"])
    if node.get("expression_class") == "BOUND_CONSTANT":
        return str(node["value"].get("value", ""))
    name = node.get("name")
    if name not in _JOINERS:
        return " "
    texts = [_made(child) for child in node.get("children", [])]
    if name in _PLACEHOLDERS:
        texts = [literals.without_directives(text) for text in texts]
    if name == "concat_ws":
        return texts[0].join(texts[1:])
    return ("" if name in _SEAMLESS else " ").join(texts)


def _is_harmless_constant(node: dict) -> bool:
    if node["name"] != "chr":
        return node["name"] in _HARMLESS
    child = node["children"][0]
    while child.get("expression_class") == "BOUND_CAST":
        child = child["child"]
    return child.get("value", {}).get("value") in _WHITESPACE_CODES
