"""The models' SQL, compiled by dbt once per version of the project.

Starting dbt costs more than declassifying a quiet day or checking every model; the cache is keyed
by the content of the project, and holds SQL only.
"""

import hashlib
import importlib.metadata
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from flows.adapters import dbt_runner
from flows.adapters.files import write_whole
from flows.adapters.model_contracts import contracts
from flows.policy.locked import Limits, opening_statements

_SOURCES = (".sql", ".yml", ".yaml", ".csv", ".md")
_PARSED = ".parsed"
_COMPILERS = ("dbt-core", "dbt-duckdb", "duckdb")


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


class CompiledTier(msgspec.Struct, frozen=True):
    """Every model of one tier, parents first, and the SQL of its data tests by name."""

    models: list[dbt_runner.CompiledModel]
    tests: list[tuple[str, str]]


def load_compiled(home: Path, project: Path, tier: str) -> CompiledModels:
    """From the cache, or compiled now. Models are the same for every tier."""
    folder = home / "state" / "dbt-compiled"
    digest = project_digest(project)
    path = folder / digest / "models.json"
    if not path.exists():
        _keep(path, _compile(project, tier, digest))
    return msgspec.json.decode(path.read_bytes(), type=CompiledModels)


def load_compiled_tier(home: Path, project: Path, tier: str) -> CompiledTier:
    """From the cache, or compiled now against an empty in-memory database; no data is read.

    Compiling runs the project's Jinja: check the project's files first.
    """
    folder = home / "state" / "dbt-compiled" / project_digest(project)
    path = folder / f"{tier}.json"
    if not path.exists():
        with _parsed_before(folder.parent / _PARSED / tier) as target:
            _keep(path, _compile_tier(project, tier, target))
    return msgspec.json.decode(path.read_bytes(), type=CompiledTier)


def compile_tier(project: Path, tier: str) -> CompiledTier:
    """Compiles in a folder that is gone afterwards."""
    with _new_folder() as target:
        return _compile_tier(project, tier, target)


def project_digest(project: Path) -> str:
    """Changes with any model, macro or property of the project, and with what compiles it."""
    versions = [(name, importlib.metadata.version(name)) for name in _COMPILERS]
    digest = hashlib.sha256(repr(versions).encode())
    for path in sorted(path for path in project.rglob("*") if path.suffix in _SOURCES):
        content = hashlib.sha256(path.read_bytes()).digest()
        digest.update(path.relative_to(project).as_posix().encode() + b"\0" + content)
    return digest.hexdigest()[:16]


@contextmanager
def _parsed_before(folder: Path) -> Iterator[Path]:
    """A folder with what dbt parsed there the last time: it parses anew what has changed since.

    While another process is at work in it, a new folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        with _new_folder() as other:
            yield other
        return
    try:
        # A test that is gone must not be taken for one that is there.
        shutil.rmtree(folder / "compiled", ignore_errors=True)
        yield folder
    finally:
        lock.release()


@contextmanager
def _new_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="winnow-compiled-") as folder:
        yield Path(folder)


def _compile_tier(project: Path, tier: str, target: Path) -> CompiledTier:
    found = dbt_runner.compile_models(dbt_runner.Project(project, tier, target, ":memory:", ()))
    return CompiledTier(found, [(path.stem, path.read_text()) for path in _tests(target)])


def _compile(project: Path, tier: str, digest: str) -> CompiledModels:
    doors = contracts(project, "declassified")
    with _new_folder() as target:
        statements = opening_statements([], [], Limits(target / "spill"))
        memory = dbt_runner.Project(project, tier, target, ":memory:", statements)
        compiled = dbt_runner.compile_models(memory, select=["+path:models/declassified"])
    ordered = [Model(each.name, each.sql, doors.get(each.name, {})) for each in compiled]
    return CompiledModels(
        digest=digest,
        views=[model for model in ordered if model.name not in doors],
        doors=[model for model in ordered if model.name in doors],
    )


def _tests(target: Path) -> Iterator[Path]:
    """dbt writes the SQL of a model's tests into a folder that is named after its .yml."""
    compiled = target / "compiled"
    for path in sorted(compiled.rglob("*.sql")):
        if path.parent.suffix == ".yml" or path.relative_to(compiled).parts[1] == "tests":
            yield path


def _keep(path: Path, compiled: msgspec.Struct) -> None:
    """Writes into the folder of the project's version, and removes those of other versions."""
    write_whole(path, msgspec.json.encode(compiled))
    for other in path.parent.parent.iterdir():
        if other not in (path.parent, path.parent.parent / _PARSED):
            shutil.rmtree(other, ignore_errors=True)
