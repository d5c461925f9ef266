"""dbt, in this process, without any of the places in which it would repeat a value.

dbt's messages quote the data that they failed on. What leaves this module is a model's name and the
kind of failure, of a closed list.
"""

import contextlib
import io
import json
import os
import re
from collections.abc import Iterator, Sequence
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
    """One model or test that ran."""

    name: str
    kind: str
    seconds: float


class CompiledModel(NamedTuple):
    name: str
    folder: str
    sql: str
    columns: dict[str, str]
    depends_on: tuple[str, ...]


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
    chosen = ["--select", *select] if select else []
    return chosen + (["--exclude", *exclude] if exclude else [])


def _invoke(project: Project, arguments: list[str]) -> list:
    from dbt.cli.main import dbtRunner

    with _environment(project), contextlib.redirect_stdout(io.StringIO()):
        outcome = dbtRunner().invoke([*_SILENT, *_PLAIN, *arguments, *_places(project)])
        _close_connections()
    if outcome.success:
        return list(outcome.result)
    raise _failure(outcome, project.tier) from None


def _places(project: Project) -> list[str]:
    folder = str(project.folder)
    return [
        *("--project-dir", folder, "--profiles-dir", folder, "--target", project.tier),
        *("--target-path", str(project.target_path), "--log-path", str(project.target_path)),
    ]


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
    return Node(result.node.name, str(result.node.resource_type), result.execution_time)


def _compiled(node) -> CompiledModel:
    return CompiledModel(
        name=node.name,
        folder=node.fqn[1],
        sql=node.compiled_code,
        columns={name: column.data_type for name, column in node.columns.items()},
        depends_on=tuple(unique_id.rsplit(".", 1)[1] for unique_id in node.depends_on.nodes),
    )


def _failure(outcome, tier: str) -> WinnowError:
    failed = (
        [result for result in outcome.result or () if result.status in _FAILED]
        if (hasattr(outcome.result, "__iter__"))
        else []
    )
    if not failed:
        return WinnowError(
            f"dbt could not start on {tier} ({_kind(str(outcome.exception))})",
            remedy="`winnow build --sample` shows the same failure on synthetic data",
        )
    first = failed[0]
    return WinnowError(
        f"{first.node.resource_type} {first.node.name} failed on {tier} "
        f"({_kind(first.message or '')}); {len(failed)} in all",
        remedy=f"`winnow build --tier {tier} --sample --select {first.node.name}` runs it on "
        "synthetic data",
    )


_FAILED = ("error", "fail", "runtime error")


def _kind(message: str) -> str:
    """The class of a failure; nothing else of the message, which quotes values."""
    return next((kind for kind in _KINDS if re.search(kind, message)), "unknown kind")
