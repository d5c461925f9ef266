"""winnow status: how fresh things are, how old the oldest datum is, and whether a purge is due."""

import json
from typing import Annotated

import typer


def status(
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
    tier: Annotated[
        str, typer.Option(help="one tier, or `shared` for what no tier owns; all by default")
    ] = "",
    anew: Annotated[
        bool,
        typer.Option(
            "--anew", help="decode everything, also what has not changed since (a week at most)"
        ),
    ] = False,
) -> None:
    """Freshness, oldest datum, last purge; exit code 1 when a limit is passed or a purge missed."""
    from flows.policy.tiers import SCOPES
    from flows.run_scopes import run_verb
    from flows.store_status import all_statuses, scope_status

    flags = ("--anew",) if anew else ()
    if tier:
        found = scope_status(tier, anew=anew)
    else:
        found = all_statuses([run_verb("status", name, *flags) for name in SCOPES])
    if as_json:
        print(json.dumps(found))
    else:
        _show(found)
    raise typer.Exit(1 if found["problems"] else 0)


def _show(found: dict) -> None:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    for item in found.get("scopes", [found]):
        last = f"last run {item['last_run']}" if item["last_run"] else "no run yet"
        purged = f"purged for {item['last_purge']}" if item["last_purge"] else "never purged"
        console.print(f"[bold]{item['scope']}[/]  {last} · {purged}")
        console.print(_table(item["found"]))
        console.print(_evidence(item["evidence"]))
        if item["budgets"]:
            console.print(_budgets(item["budgets"]))
    if found["oldest_raw"]:
        console.print(f"oldest raw byte: {found['oldest_raw']} ({found['oldest_raw_age']})")
    for problem in found["problems"]:
        console.print(f"[red]![/] {problem}")


def _evidence(evidence: dict) -> str:
    return (
        f"everything listed; {evidence['decoded_count']:,} decoded now, "
        f"{evidence['remembered_count']:,} unchanged since they were; all of it was decoded on "
        f"{evidence['whole_on']}"
    )


def _budgets(budgets: list[dict]):
    """ε of one account in the 30 days up to today."""
    from rich.table import Table

    table = Table("ε an account", box=None, pad_edge=True)
    for name in ("spent", "left", "budget", "a release"):
        table.add_column(name, justify="right")
    table.add_column("next release")
    for item in budgets:
        figures = [item[name] for name in ("spent", "left", "budget", "epsilon_per_release")]
        coming = f"window to {item['next_window']}"
        if item["renews_on"] != item["next_window"]:
            coming = f"over budget until {item['renews_on']}"
        table.add_row(item["export"], *(f"{figure:g}" for figure in figures), coming)
    return table


def _table(findings: list[dict]):
    from rich.table import Table

    table = Table("kind of place", "oldest", box=None, pad_edge=True)
    for name in ("count", "bytes", "unreadable"):
        table.add_column(name, justify="right")
    for item in findings:
        figures = [f"{item[n]:,}" for n in ("place_count", "size_bytes", "unreadable_count")]
        table.add_row(item["kind"], (item["oldest"] or "–")[:16], *figures)
    return table
