"""What is read off the parsed statement, before DuckDB binds it, and the bound plan itself.

Binding may already run things (a file sniffed, a variable's value put in), so what does its work
there is refused on the parse tree.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from expectations.flow import literals
from expectations.flow.functions import BIND_TIME, TABLE_FUNCTIONS
from expectations.flow.verdicts import Reason

ENGINE_VERSION = "v1.5.5"
_OPTIONS = "skip_null := true, skip_empty := true"
_NAMELESS = frozenset({"type", "class", "value", "query_location", "function_name"})


class Refused(Exception):
    """The statement has no plan that could be analysed; `reason` says why."""

    def __init__(self, rule: str, message: str):
        super().__init__(message)
        self.reason = Reason(rule, "", message)


def parse(connection, sql: str) -> dict:
    """Return the parse tree of the one SELECT in sql; Refused if it is anything else."""
    version = connection.execute("select system.main.version()").fetchone()[0]
    if version != ENGINE_VERSION:
        raise Refused("engine_version", f"DuckDB {version}, not {ENGINE_VERSION}")
    tree = _serialised(connection, f"json_serialize_sql({_quoted(sql)}, {_OPTIONS})")
    statements = tree.get("statements", [])
    if tree.get("error") or len(statements) != 1:
        raise Refused("not_one_select", "not exactly one SELECT statement")
    return statements[0]


def plan(connection, sql: str) -> dict:
    """Return the root of the bound, unoptimised plan; Refused if there is none."""
    call = f"json_serialize_plan({_quoted(sql)}, {_OPTIONS}, optimize := false)"
    tree = _serialised(connection, call)
    plans = tree.get("plans", [])
    if tree.get("error") or len(plans) != 1:
        # The message would quote the SQL; the kind of error is enough.
        raise Refused("does_not_bind", f"no plan: {tree.get('error_type', 'unknown')} error")
    return plans[0]


def _quoted(text: str) -> str:
    """Return an SQL literal. A bound parameter would make DuckDB import pandas: over a second."""
    return "'" + text.replace("'", "''") + "'"


def _serialised(connection, call: str) -> dict:
    try:
        row = connection.execute(f"select system.main.{call}").fetchone()
    except Exception as error:
        kind = type(error).__name__
        raise Refused("does_not_bind", f"DuckDB raised {kind}") from None
    return json.loads(row[0])


def output_names(connection, sql: str) -> list[str]:
    """Return the names of the result's columns (binds, does not run)."""
    try:
        return [row[0] for row in connection.execute(f"describe {sql}").fetchall()]
    except Exception as error:
        raise Refused("does_not_bind", f"DuckDB raised {type(error).__name__}") from None


def findings(connection, tree: dict) -> list[Reason]:
    """Return what a parse tree shows: bind-time functions, parameters, files, prose in names."""
    found: dict[Reason, None] = {}
    functions, types = set(), set()
    for node in _nodes(tree):
        if node.get("type") == "TABLE_FUNCTION":
            functions.add(str(node.get("function", {}).get("function_name", "")).lower())
        if node.get("type") == "UNBOUND_TYPE_INFO":
            types.add(str(node.get("name", "")).lower())
        for rule, message in _node_findings(node):
            found[Reason(rule, "", message)] = None
    for name in _unknown(connection, functions - TABLE_FUNCTIONS - BIND_TIME, _TABLE_MACROS):
        found[Reason("unknown_table_function", "", f"table function {name}()")] = None
    named = types - {"enum"}
    for name in sorted(named - _unknown(connection, named, _ENUM_TYPES)):
        found[
            Reason("run_time_state", "", f"the enum {name}, whose members may come from data")
        ] = None
    return list(found)


def _unknown(connection, names: set[str], query: str) -> set[str]:
    """Return those names that the catalogue query does not answer (not asked if there are none)."""
    return names and names - {name for (name,) in connection.execute(query).fetchall()}


_TABLE_MACROS = """
    select distinct lower(function_name) from duckdb_functions()
    where not internal and function_type = 'table_macro'
"""
_ENUM_TYPES = """
    select distinct lower(type_name) from duckdb_types()
    where not internal and logical_type = 'ENUM'
"""


def _node_findings(node: dict) -> Iterator[tuple[str, str]]:
    name = str(node.get("function_name", "")).lower()
    if name in BIND_TIME:
        yield "run_time_state", f"{name}() is replaced while the query is bound"
    if node.get("class") == "PARAMETER":
        yield "run_time_state", "a query parameter"
    if node.get("type") == "SHOW_REF":
        yield "unknown_table_function", "a description or summary of a table"
    if node.get("pivot_enum"):
        yield "run_time_state", "a pivot whose column names are members of an enum"
    for text in _names(node):
        if what := literals.name_problem(text):
            yield "unregistered_literal", what


def _names(node: dict) -> Iterator[str]:
    for key, value in node.items():
        if key in _NAMELESS:
            continue
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, str))


def _nodes(tree) -> Iterator[dict]:
    """Walk the tree; constants are judged on the plan, where their place is known."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            if node.get("class") != "CONSTANT":
                stack.extend(node.values())
            yield node
        elif isinstance(node, list):
            stack.extend(node)


def string_constants(tree: dict) -> set[str]:
    """Return the string constants of a parse tree."""
    found = set()
    for node in _nodes(tree):
        if node.get("class") == "CONSTANT" and isinstance(node["value"].get("value"), str):
            found.add(node["value"]["value"])
    return found


def scans(node: dict) -> Iterator[dict]:
    """Walk the table scans of a plan."""
    if node.get("name") == "seq_scan":
        yield node
    for child in node.get("children", ()):
        yield from scans(child)


_BANNED_IN_DEFINITIONS = re.compile(r"\bgetvariable\b", re.IGNORECASE)


def has_hidden_variable(connection, sql: str) -> bool:
    """Tell whether a view or macro that the query may reach reads a session variable.

    The binder puts the value in as a constant. Without variables there is nothing to find.
    """
    if not connection.execute("select 1 from duckdb_variables() limit 1").fetchone():
        return False
    definitions = dict(connection.execute(_DEFINITIONS).fetchall())
    reached, text = set(), sql.lower()
    while new := {n for n in definitions if n not in reached and n.lower() in text}:
        reached |= new
        text += " " + " ".join(definitions[n].lower() for n in new)
    return bool(_BANNED_IN_DEFINITIONS.search(text))


_DEFINITIONS = """
    select function_name, string_agg(macro_definition, ' ') from duckdb_functions()
    where not internal and macro_definition is not null group by all
    union all
    select view_name, string_agg(sql, ' ') from duckdb_views() where not internal group by all
"""
