"""The command `winnow`: one verb a file of `commands/`, loaded only when it is called."""

import importlib
import os
import sys
from collections.abc import Iterable
from typing import NoReturn

import typer

from flows.orchestrator import redact
from flows.policy.errors import WinnowError

# What typer ends a command with that was interrupted, as shells expect it.
_INTERRUPTED = 130

VERBS = (
    "run",
    "backfill",
    "purge",
    "erase",
    "contributions",
    "check",
    "build",
    "signals",
    "new-signal",
    "land",
    "bits",
    "survival",
    "scorecard",
    "status",
    "report",
    "disclose",
    "serve",
    "demo",
)


def main() -> None:
    """Runs the verb. Exit codes: 0 done, 1 the gate refused or a run failed, 2 wrong use."""
    _quiet()
    try:
        make_app(_wanted())()
    except WinnowError as error:
        _end(error)
    except Exception as error:
        # Not every verb is a flow, and what a library raises may quote data.
        _end(redact(error, " ".join(_wanted()[:1])))
    except SystemExit as ended:
        if ended.code == _INTERRUPTED:
            print("stopped; run the same command again: finished steps are kept", file=sys.stderr)
        raise


def make_app(verbs: Iterable[str]) -> typer.Typer:
    """The application with those verbs; only their files are loaded."""
    app = typer.Typer(
        name="winnow",
        help="Turns coding-agent sessions into training signals; no text leaves.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_root)
    for verb in verbs:
        module = importlib.import_module(f"flows.commands.{verb.replace('-', '_')}")
        app.command(verb)(getattr(module, verb.replace("-", "_")))
    return app


def _wanted() -> tuple[str, ...]:
    """The verb that is called, or all of them where help is asked for."""
    called = tuple(verb for verb in VERBS if verb in sys.argv[1:2])
    return called or VERBS


def _root() -> None:
    """Turns coding-agent sessions into training signals; no text leaves."""


def _quiet() -> None:
    """No library reports its use to anybody."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")


def _end(error: WinnowError) -> NoReturn:
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"[red]winnow:[/] {escape(error.message)}")
    console.print(f"[dim]→[/] {escape(error.remedy)}")
    sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
