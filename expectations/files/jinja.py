"""What Jinja may do in the project, judged on its syntax tree.

Only listed names may be called or read. That keeps out run_query, statement, adapter, graph,
env_var, log, print, modules, flags and whatever a later dbt adds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from expectations.files.findings import Finding
from expectations.files.layout import relative, text_files
from expectations.flow.functions import words

_INTROSPECTION = words(
    """adapter api builtins context database_schemas dbt_metadata_envs diff_of_two_dicts env_var
    exceptions execute flags graph invocation_args_dict invocation_id load_agate_table
    load_relation load_result local_md5 log model modules operation post_hooks pre_hooks print
    render run_query run_started_at schemas selected_resources set_query_band sql
    sql_now statement store_raw_result store_result submit_python_job thread_id tojson fromjson
    toyaml fromyaml try_or_compiler_error validation var_env write zip_strict"""
)
_ALLOWED = words(
    """caller config dict doc kwargs loop namespace none range ref return set source target this
    true false var varargs zip"""
)
_CONFIG = frozenset({"materialized", "tags", "meta", "enabled", "contract"})
_MATERIALIZED = frozenset({"view", "table", "ephemeral"})
# dbt's own block tags, of which a data test reads like a macro.
_TEST_TAG = re.compile(r"{%-?\s*(test)\s+(\w+)|{%-?\s*(endtest)\b")
_FOREIGN_TAG = re.compile(r"{%[-+]?\s*(snapshot|materialization|operation|docs|call\s+statement)\b")
_ENVIRONMENT_IN_PROFILE = re.compile(r"{{\s*env_var\('DBT_TIER_(DATABASE|PLAN)'\)\s*}}")


def check(project: Path) -> Iterator[Finding]:
    """Find Jinja that does more than put SQL together."""
    environment = _environment()
    trees = {}
    for path in text_files(project):
        text = _prepared(path)
        if "{{" not in text and "{%" not in text:
            continue
        place = relative(path, project)
        if found := _FOREIGN_TAG.search(text):
            yield Finding(place, "introspection", f"a {found.group(1).split()[0]} block")
            continue
        try:
            trees[place] = environment.parse(text)
        except Exception:
            yield Finding(place, "unreadable", "Jinja that cannot be parsed")
    macros = {name for tree in trees.values() for name in _defined(tree)}
    for place, tree in trees.items():
        for rule, message in _tree_findings(tree, macros):
            yield Finding(place, rule, message)


def _environment():
    from jinja2 import Environment

    return Environment(extensions=["jinja2.ext.do"])


def _prepared(path: Path) -> str:
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".md":
        return ""
    if path.name == "profiles.yml":
        text = _ENVIRONMENT_IN_PROFILE.sub("", text)
    text = _TEST_TAG.sub(lambda m: "{% macro test_" + m[2] if m[1] else "{% endmacro ", text)
    return text


def _defined(tree) -> Iterator[str]:
    from jinja2 import nodes

    for macro in tree.find_all(nodes.Macro):
        yield macro.name


def _tree_findings(tree, macros: set[str]) -> Iterator[tuple[str, str]]:
    from jinja2 import meta, nodes

    for name in sorted(meta.find_undeclared_variables(tree) - macros - _ALLOWED):
        rule = "introspection" if name in _INTROSPECTION else "unknown_jinja"
        yield rule, f"Jinja name {name}"
    for kind in (nodes.Import, nodes.FromImport, nodes.Include, nodes.Extends):
        if tree.find(kind):
            yield "unknown_jinja", "an import of another file"
    for attribute in tree.find_all((nodes.Getattr, nodes.Getitem)):
        yield from _attribute_findings(attribute)
    for call in tree.find_all(nodes.Call):
        yield from _call_findings(call)


def _attribute_findings(node) -> Iterator[tuple[str, str]]:
    from jinja2 import nodes

    name = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", "")
    owner = getattr(node.node, "name", "")
    if str(name).startswith("_"):
        yield "unknown_jinja", "a private attribute"
    if owner == "target" and name != "name":
        yield "introspection", "an attribute of target other than its name"
    if owner in ("ref", "source", "config", "var", "return"):
        yield "unknown_jinja", f"an attribute of {owner}"


def _call_findings(call) -> Iterator[tuple[str, str]]:
    if getattr(call.node, "name", "") != "config":
        return
    if call.args or call.dyn_args or call.dyn_kwargs:
        yield "config", "config() with unnamed arguments"
    for keyword in call.kwargs:
        value = getattr(keyword.value, "value", None)
        if keyword.key in ("pre_hook", "post_hook"):
            yield "hook", f"config({keyword.key} = …)"
        elif keyword.key.startswith("store_failures"):
            yield "store_failures", "config(store_failures = …)"
        elif keyword.key not in _CONFIG:
            yield "config", f"config({keyword.key} = …)"
        elif keyword.key == "materialized" and value not in _MATERIALIZED:
            yield "config", "a materialisation other than view, table and ephemeral"
