"""Which files there may be, and that every model has its contract beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from expectations import documents
from expectations.files.findings import Finding
from expectations.flow import literals

# dbt writes these itself; they are no part of the project.
_WRITTEN_BY_DBT = frozenset({"target", "logs", ".user.yml"})
_TEXT = frozenset({".sql", ".yml", ".yaml", ".md"})
_PACKAGES = frozenset(
    {"packages.yml", "dependencies.yml", "package-lock.yml", "dbt_packages", "selectors.yml"}
)


def files(project: Path) -> Iterator[Path]:
    """Walk the project's own files, sorted."""
    for path in sorted(project.rglob("*")):
        is_own = path.relative_to(project).parts[0] not in _WRITTEN_BY_DBT
        if is_own and (path.is_file() or path.is_symlink()):
            yield path


def text_files(project: Path) -> list[Path]:
    """Return the files that dbt may read text from."""
    return [p for p in files(project) if p.suffix in _TEXT and not p.is_symlink()]


def relative(path: Path, project: Path) -> str:
    """Return the path as a finding names it."""
    return path.relative_to(project).as_posix()


def check(project: Path) -> Iterator[Finding]:
    """Find files of unknown kinds, packages, snapshots, text in seeds and missing contracts."""
    for path in files(project):
        for rule, message in _file_findings(path, project):
            yield Finding(relative(path, project), rule, message)


def _file_findings(path: Path, project: Path) -> Iterator[tuple[str, str]]:
    parts = path.relative_to(project).parts
    if path.is_symlink():
        yield "symlink", "a symbolic link leads out of what is reviewed"
    elif path.suffix in (".py", ".ipynb", ".pyc", ".so"):
        yield "python_model", "Python runs in dbt's process and can open anything"
    elif _PACKAGES.intersection(parts):
        yield "package", "code that nobody here reviewed"
    elif "snapshots" in parts[:1]:
        yield "snapshot", "a snapshot"
    elif path.suffix == ".csv":
        yield from _seed_findings(path)
    elif path.suffix not in _TEXT and path.name != ".gitkeep":
        yield "unknown_file", "a file of a kind that dbt/ does not need"
    if path.suffix == ".sql" and parts[0] == "models":
        yield from _contract_findings(path)


def _seed_findings(path: Path) -> Iterator[tuple[str, str]]:
    cells = path.read_text(encoding="utf-8", errors="replace").replace("\n", ",").split(",")
    if any(literals.problem(cell.strip(' "'), literals.OUTPUT) for cell in cells):
        yield "seed_text", "a seed with more than vocabulary words"


def _contract_findings(path: Path) -> Iterator[tuple[str, str]]:
    beside = path.with_suffix(".yml")
    if not beside.is_file():
        yield "missing_contract", "a model without a .yml of the same name"
        return
    try:
        document = documents.load(beside.read_text(encoding="utf-8")) or {}
        models = {model["name"]: model for model in document.get("models") or ()}
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError, KeyError, TypeError):
        return
    config = (models.get(path.stem) or {}).get("config") or {}
    if not (config.get("contract") or {}).get("enforced"):
        yield "missing_contract", "a model whose contract is not enforced"
