"""The declassified models' SQL, compiled by dbt once per version of the project.

Starting dbt costs more than declassifying a quiet day; the cache is keyed by the content of the
project, and holds SQL only.
"""

import hashlib
import importlib.metadata
import shutil
from pathlib import Path

import msgspec

from flows.adapters import dbt_runner
from flows.adapters.files import write_whole
from flows.adapters.model_contracts import contracts
from flows.adapters.spill import spill_folder
from flows.policy.locked import Limits, opening_statements

_SOURCES = (".sql", ".yml")


class Model(msgspec.Struct, frozen=True):
    """A model's query; `columns` (name → type) is its contract, of doors only."""

    name: str
    sql: str
    columns: dict[str, str] = {}


class CompiledModels(msgspec.Struct, frozen=True):
    """`views` are what the doors read from, parents first; `doors` are models/declassified/."""

    digest: str
    views: list[Model]
    doors: list[Model]


def load_compiled(home: Path, project: Path, tier: str) -> CompiledModels:
    """From the cache, or compiled now. Models are the same for every tier."""
    folder = home / "state" / "dbt-compiled"
    digest = project_digest(project)
    path = folder / digest / "models.json"
    if not path.exists():
        compiled = _compile(folder / ".target", project, tier, digest)
        write_whole(path, msgspec.json.encode(compiled))
        _remove_others(folder, digest)
    return msgspec.json.decode(path.read_bytes(), type=CompiledModels)


def project_digest(project: Path) -> str:
    """Changes with any model, macro or property of the project, and with dbt itself."""
    digest = hashlib.sha256(importlib.metadata.version("dbt-core").encode())
    for path in sorted(path for path in project.rglob("*") if path.suffix in _SOURCES):
        content = hashlib.sha256(path.read_bytes()).digest()
        digest.update(path.relative_to(project).as_posix().encode() + b"\0" + content)
    return digest.hexdigest()[:16]


def _compile(target: Path, project: Path, tier: str, digest: str) -> CompiledModels:
    doors = contracts(project, "declassified")
    with spill_folder(target):
        statements = opening_statements([], [], Limits(target / "spill"))
        memory = dbt_runner.Project(project, tier, target, ":memory:", statements)
        compiled = dbt_runner.compile_models(memory, select=["+path:models/declassified"])
    ordered = [Model(each.name, each.sql, doors.get(each.name, {})) for each in compiled]
    return CompiledModels(
        digest=digest,
        views=[model for model in ordered if model.name not in doors],
        doors=[model for model in ordered if model.name in doors],
    )


def _remove_others(folder: Path, digest: str) -> None:
    for path in folder.iterdir():
        if path.name != digest:
            shutil.rmtree(path, ignore_errors=True)
