"""What the analysis of SQL cannot see must not be there: a check of the dbt project's files.

Hooks, introspection, Python, external reads and fixtures with real text would carry raw text past
the compiled SQL. Each is refused by file, rule and remedy. Jinja is judged on its syntax tree, and
by lists of what is allowed: what is not listed is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from expectations.files import config, fixtures, jinja, layout, sql
from expectations.files.findings import Finding

__all__ = ["Finding", "check_project_files", "source_text"]

_CHECKS: tuple[Callable[[Path], Iterator[Finding]], ...] = (
    layout.check,
    jinja.check,
    config.check,
    fixtures.check,
    sql.check,
)


def check_project_files(project: Path) -> list[Finding]:
    """Return what may not stand in a dbt project, by file; [] if there is nothing.

    A file that cannot be read is a finding. Nothing of a file's text is in a finding.
    """
    found = [finding for check in _CHECKS for finding in check(project)]
    return sorted(set(found), key=lambda f: (f.file, f.rule, f.message))


def source_text(project: Path) -> str:
    """Return everything that people wrote in the project: where string constants may come from."""
    paths = layout.text_files(project)
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in paths)
