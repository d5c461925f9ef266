"""winnow new-signal: the pair of files that a signal is."""

import re
from typing import Annotated

import typer

from flows.policy.errors import WinnowError

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
_GRAINS = ("session",)


def new_signal(
    grain: Annotated[str, typer.Argument(help="what a row is: session")],
    name: Annotated[str, typer.Argument(help="what it says, in lowercase: plan_decision")],
) -> None:
    """Write a signal that builds and passes its tests, to be made your own."""
    from rich.console import Console

    from flows.adapters.signal_template import write_signal
    from flows.settings import load_settings

    _check(grain, name)
    project = load_settings().project_dir / "dbt"
    sql, properties = write_signal(project, name)
    Console(highlight=False, soft_wrap=True).print(
        f"written: {sql}\n"
        f"         {properties}\n"
        f"It counts an act that is there already: say yours, in both files.\n"
        f"try it:  winnow build --sample --select {sql.stem}\n"
        f"To let it leave, two edits remain:\n"
        f"  1. dbt/models/exports/opt_in/training_sessions.sql: the line\n"
        f"     '{sql.stem}': \\['has_{name}'],\n"
        f"     and the column in the contract beside it\n"
        f"  2. expectations/allowlists/opt_in.yml, by its owner: the entry\n"
        f"     has_{name}: {{domain: bool}}"
    )


def _check(grain: str, name: str) -> None:
    if grain not in _GRAINS:
        raise WinnowError(
            "this grain does not exist", remedy=f"use one of: {', '.join(_GRAINS)}", exit_code=2
        )
    if not _NAME.fullmatch(name):
        raise WinnowError(
            "a signal's name is lowercase words joined by one underscore",
            remedy="name it like plan_decision",
            exit_code=2,
        )
