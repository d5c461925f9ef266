"""Fixtures of unit tests: text in them must be made up, and show it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from expectations import documents
from expectations.files.findings import Finding
from expectations.files.layout import relative, text_files
from expectations.flow import literals

_MARK = re.compile(r"synthetic|lorem ipsum", re.IGNORECASE)
_QUOTED = re.compile(r"'((?:[^']|'')*)'")


def check(project: Path) -> Iterator[Finding]:
    """Find unit tests whose rows hold text that may come from a session."""
    for path in text_files(project):
        if path.suffix not in (".yml", ".yaml"):
            continue
        try:
            document = documents.load(path.read_text(encoding="utf-8")) or {}
        except (yaml.YAMLError, UnicodeDecodeError):
            continue
        for test in _unit_tests(document):
            if not all(map(is_synthetic, _texts(test))):
                message = f"rows of {test.get('name', 'a unit test')} with text of unknown origin"
                yield Finding(relative(path, project), "fixture_text", message)


def is_synthetic(text: str) -> bool:
    """Tell whether a fixture's text says that it is made up, or is too little to be from anyone."""
    if _MARK.search(text) and len(text) <= 500:
        return True
    is_filler = len(set(text)) <= 1
    return is_filler or not literals.problem(text, literals.OUTPUT)


def _unit_tests(document) -> Iterator[dict]:
    found = document.get("unit_tests") if isinstance(document, dict) else None
    yield from (test for test in found or () if isinstance(test, dict))


def _texts(test: dict) -> Iterator[str]:
    """Walk the texts in the rows of a unit test, whichever of dbt's three formats they are in."""
    blocks = [*(test.get("given") or ()), test.get("expect") or {}]
    for block in blocks:
        rows = block.get("rows") if isinstance(block, dict) else block
        if isinstance(rows, str):
            yield from _QUOTED.findall(rows) if "'" in rows else re.split(r"[,\n]", rows)
            continue
        for row in rows or ():
            values = row.values() if isinstance(row, dict) else [row]
            yield from (str(v) for v in values if isinstance(v, str | list | dict))
