"""dbt, in this process, without any of the places in which it would repeat a value.

dbt's messages quote the data that they failed on. What leaves this module is a model's name and the
kind of failure, of a closed list.
"""

import contextlib
import gc
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from flows.policy.errors import WinnowError

_OWN_VARIABLES = ("DBT_TIER_DATABASE", "DBT_TIER_PLAN")

# All three are needed: the file level alone is not enough.
_SILENT = ("--log-level", "none", "--log-level-file", "none", "--no-write-json")
_PLAIN = (
    "--quiet",
    "--no-print",
    "--no-use-colors",
    "--no-version-check",
    "--no-send-anonymous-usage-stats",
)

_FAILED = ("error", "fail", "runtime error")
_NAMED = 5

_KINDS = (
    "Compilation Error",
    "Contract Error",
    "Parsing Error",
    "Conversion Error",
    "Constraint Error",
    "Binder Error",
    "Catalog Error",
    "Parser Error",
    "Permission Error",
    "Invalid Input Error",
    "Out of Memory Error",
    "Out of Range Error",
    "IO Error",
)


class Project(NamedTuple):
    """A dbt project on one tier: where it is, what it may open and where it writes."""

    folder: Path
    tier: str
    target_path: Path
    database: Path | str
    statements: tuple[str, ...]


class Node(NamedTuple):
    """One model, `test` or `unit_test` that ran; `model` is the one that it belongs to."""

    name: str
    kind: str
    model: str
    seconds: float


class CompiledModel(NamedTuple):
    """A model's SQL as dbt would run it, and the room (folder of models/) that it stands in."""

    name: str
    room: str
    sql: str


def build(
    project: Project,
    *,
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
    units: bool = False,
) -> list[Node]:
    """Builds and tests the selected models. Raises WinnowError naming the first that failed."""
    arguments = ["build", *_selection(select, exclude)]
    if not units:
        arguments += ["--exclude-resource-type", "unit_test"]
    results = _invoke(project, arguments)
    return [_node(result) for result in results]


def compile_models(project: Project, *, select: Sequence[str] = ()) -> list[CompiledModel]:
    """The SQL of the selected models as dbt would run it, parents first."""
    arguments = ["compile", "--no-introspect", *_selection(select, ())]
    nodes = [result.node for result in _invoke(project, arguments)]
    return [_compiled(node) for node in nodes if node.resource_type == "model"]


def _selection(select: Sequence[str], exclude: Sequence[str]) -> list[str]:
    """Cautious: a test that also reads a model which was not selected is not run."""
    chosen = ["--select", *select, "--indirect-selection", "cautious"] if select else []
    return chosen + (["--exclude", *exclude] if exclude else [])


def _invoke(project: Project, arguments: list[str]) -> list:
    _check_no_python(project.folder)
    with (
        _without_collector(),
        _environment(project),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        from dbt.cli.main import dbtRunner

        outcome = dbtRunner().invoke([*_SILENT, *_PLAIN, *arguments, *_places(project)])
        _close_connections()
    if outcome.success:
        return list(outcome.result)
    raise _failure(outcome, project) from None


def _check_no_python(folder: Path) -> None:
    """The lock binds SQL. A Python model would run in this process and could open anything."""
    if any(folder.rglob("*.py")):
        raise WinnowError(
            "there is a .py file in dbt/: models are SQL only",
            remedy="write the model in SQL; a computation on text belongs to flows/bits/",
        )


def _places(project: Project) -> list[str]:
    folder = str(project.folder)
    return [
        *("--project-dir", folder, "--profiles-dir", folder, "--target", project.tier),
        *("--target-path", str(project.target_path), "--log-path", str(project.target_path)),
    ]


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """dbt makes objects by the hundred thousand and drops few: collecting is a fifth of a run."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextlib.contextmanager
def _environment(project: Project) -> Iterator[None]:
    """Our two variables and no other of dbt's: some would switch logs and recordings on."""
    plan = project.target_path / "connection.json"
    plan.parent.mkdir(parents=True, exist_ok=True)
    plan.write_text(json.dumps(project.statements))
    kept = {name: value for name, value in os.environ.items() if name.startswith("DBT_")}
    for name in kept:
        del os.environ[name]
    os.environ.update(zip(_OWN_VARIABLES, (str(project.database), str(plan)), strict=True))
    try:
        yield
    finally:
        for name in _OWN_VARIABLES:
            os.environ.pop(name, None)
        os.environ.update(kept)


def _close_connections() -> None:
    """dbt keeps the database open for the next command of the process; a rename must not."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import cleanup_connections

    cleanup_connections()
    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()


def _node(result) -> Node:
    """Of the unique ids `model.winnow.<model>`, `unit_test.winnow.<model>.<name>` and, of a test,
    the model that it is attached to, the third part is the model."""
    node, kind = result.node, str(result.node.resource_type)
    owner = (node.attached_node or "..") if kind == "test" else node.unique_id
    return Node(node.name, kind, owner.split(".")[2], result.execution_time)


def _compiled(node) -> CompiledModel:
    return CompiledModel(node.name, node.fqn[1], node.compiled_code)


def _failure(outcome, project: Project) -> WinnowError:
    tier = project.tier
    results = outcome.result if isinstance(outcome.result, Iterable) else ()
    failed = [result for result in results if result.status in _FAILED]
    if not failed:
        return _unstarted(str(outcome.exception), project)
    names = ", ".join(f"{each.node.name} ({_reason(each)})" for each in failed[:_NAMED])
    return WinnowError(
        f"{len(failed)} of dbt's nodes failed on {tier}: {names}",
        remedy=f"`winnow build --tier {tier} --sample --select MODEL` runs a model with its tests "
        "on synthetic data",
    )


def _unstarted(message: str, project: Project) -> WinnowError:
    """Nothing has run yet: what is wrong is of the project. Of dbt's message its files' names."""
    files = (path for path in project.folder.rglob("*") if path.suffix in (".sql", ".yml"))
    named = sorted(str(path.relative_to(project.folder)) for path in files if path.name in message)
    place = f": {', '.join(named[:_NAMED])}" if named else ""
    return WinnowError(
        f"dbt could not start on {project.tier} ({_kind(message)}){place}",
        remedy="mend the file that is named (a missing bracket, a wrong indent, an unknown ref)"
        if named
        else f"`winnow build --tier {project.tier} --sample` tries it on synthetic data",
    )


def _reason(result) -> str:
    return "rows break it" if result.status == "fail" else _kind(result.message or "")


def _kind(message: str) -> str:
    """The class of a failure; nothing else of the message, which quotes values."""
    return next((kind for kind in _KINDS if kind in message), "unknown kind")
