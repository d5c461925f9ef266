"""What the project's YAML may configure: listed keys only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from expectations import documents
from expectations.files.findings import Finding
from expectations.files.layout import relative, text_files

_HOOKS = frozenset({"pre-hook", "post-hook", "pre_hook", "post_hook", "on-run-start", "on-run-end"})
_STORED = frozenset({"store_failures", "store_failures_as"})
_EXTERNAL = frozenset(
    {"external", "external_location", "external_root", "location", "loader", "attach", "secrets",
     "extensions", "filesystems", "plugin", "module_paths", "settings", "use_credential_provider",
     "sql_header", "query-comment", "database", "remote", "disable_transactions", "format_options"}
)  # fmt: skip
_PROJECT_KEYS = frozenset(
    {"name", "version", "config-version", "require-dbt-version", "profile", "model-paths",
     "macro-paths", "test-paths", "seed-paths", "analysis-paths", "flags", "vars", "models",
     "data_tests", "tests", "clean-targets", "target-path"}
)  # fmt: skip
_PROFILE_KEYS = frozenset({"type", "path", "schema", "threads", "plugins"})
_LOCK = "flows.adapters.dbt_lock"


def check(project: Path) -> Iterator[Finding]:
    """Find hooks, stored failures, external places and unknown keys."""
    for path in text_files(project):
        if path.suffix not in (".yml", ".yaml"):
            continue
        place = relative(path, project)
        try:
            document = documents.load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError):
            yield Finding(place, "unreadable", "not YAML")
            continue
        for rule, message in _document_findings(path.name, document or {}):
            yield Finding(place, rule, message)


def _document_findings(name: str, document) -> Iterator[tuple[str, str]]:
    if name == "profiles.yml":
        yield from _profile_findings(document)
        return
    if name == "dbt_project.yml":
        for key in sorted(set(document) - _PROJECT_KEYS - _HOOKS):
            yield "config", f"key {key} of dbt_project.yml"
    elif "snapshots" in document:
        yield "snapshot", "a snapshot"
    for key in _keys(document):
        # A + in front marks a configuration in dbt_project.yml.
        plain = key.lstrip("+")
        if plain in _HOOKS:
            yield "hook", f"key {key}"
        elif plain in _STORED:
            yield "store_failures", f"key {key}"
        elif plain in _EXTERNAL:
            yield "external", f"key {key}"


def _keys(document) -> Iterator[str]:
    """Walk all keys but those of unit-test rows and column names, which are data."""
    stack = [document]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            for key, value in node.items():
                yield str(key)
                if key not in ("rows", "vars"):
                    stack.append(value)
        elif isinstance(node, list):
            stack.extend(node)


def _profile_findings(document: dict) -> Iterator[tuple[str, str]]:
    for profile in document.values():
        if set(profile) - {"outputs"}:
            yield "config", "a profile with a default target: every run names its tier"
        for output in (profile.get("outputs") or {}).values():
            for key in sorted(set(output) - _PROFILE_KEYS):
                yield "external", f"key {key} of a profile"
            modules = [plugin.get("module") for plugin in output.get("plugins") or ()]
            if modules != [_LOCK]:
                yield "external", "a profile without the lock, or with another plugin"
