"""winnow purge: what is expired, and its deletion by the plan's checksum."""

import json
from collections.abc import Iterable
from typing import Annotated

import typer

from flows.policy.errors import WinnowError


def purge(
    execute: Annotated[
        str, typer.Option(metavar="CHECKSUM", help="delete what the plan with this checksum names")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="plan and delete in one go")] = False,
    tier: Annotated[
        str, typer.Option(help="one tier, or `shared` for what no tier owns; all by default")
    ] = "",
    day: Annotated[
        str, typer.Option(help="the day to purge for: today, tomorrow or YYYY-MM-DD")
    ] = "today",
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
) -> None:
    """Show what is expired; delete it with --execute CHECKSUM or --yes."""
    if execute and yes:
        raise WinnowError(
            "--execute and --yes exclude each other", remedy="give one of them", exit_code=2
        )
    scopes = [purge_scope(tier, day, execute, yes)] if tier else purge_all(day, execute, yes)
    if as_json:
        print(json.dumps({"checksum": _checksum(scopes), "scopes": scopes}))
        return
    _show(scopes, done=bool(execute or yes))


def purge_scope(name: str, day: str, execute: str, yes: bool) -> dict:
    """Plans or purges one scope in this process. Raises WinnowError for an unknown one."""
    from flows.policy.tiers import check_scope
    from flows.purge_expired import plan_purge, purge_expired

    check_scope(name)
    if execute or yes:
        return purge_expired(name, day, execute)
    return plan_purge(name, day)


def purge_all(day: str, execute: str, yes: bool) -> list[dict]:
    """Every scope in a process of its own, with that tier's settings only.

    A scope that fails does not keep the others from being purged; the failure is raised at the end.
    """
    from flows.policy.tiers import SCOPES
    from flows.purge_expired import purge_day
    from flows.settings import load_settings

    # Said once here, not once by each process.
    purge_day(day, load_settings().today)
    if yes:
        return _each((name, ("--day", day, "--yes")) for name in SCOPES)
    plans = _each((name, ("--day", day)) for name in SCOPES)
    if not execute:
        return plans
    if _checksum(plans) != execute:
        raise WinnowError(
            "the plan as of now has another checksum than the one to execute",
            remedy="something came or went since: look at the new plan with `winnow purge`",
        )
    return _each((p["scope"], ("--day", day, "--execute", p["checksum"])) for p in plans)


def _each(orders: Iterable[tuple[str, tuple[str, ...]]]) -> list[dict]:
    from flows.run_scopes import run_verb

    found, failures = [], []
    for scope, options in orders:
        try:
            found += run_verb("purge", scope, *options)["scopes"]
        except WinnowError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return found


def _checksum(scopes: list[dict]) -> str:
    from flows.policy.checksums import overall_checksum

    return overall_checksum({item["scope"]: item["checksum"] for item in scopes})


def _show(scopes: list[dict], done: bool) -> None:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    is_empty = not any(item["kinds"] for item in scopes)
    if not is_empty:
        console.print(_table(scopes))
    if done:
        told = "nothing was expired" if is_empty else "purged"
        console.print(f"{told}; the receipt is in state/purge/receipts.jsonl")
    elif is_empty:
        console.print("nothing to purge: nothing is expired")
    else:
        console.print(f"checksum {_checksum(scopes)}")
        console.print(
            "nothing was changed: `winnow purge --execute CHECKSUM` deletes what is named"
        )


def _table(scopes: list[dict]):
    from rich.table import Table

    table = Table("scope", "kind of place", "oldest", box=None)
    for name in ("count", "bytes"):
        table.add_column(name, justify="right")
    for item in scopes:
        for kind in item["kinds"]:
            figures = (f"{kind['place_count']:,}", f"{kind['size_bytes']:,}")
            table.add_row(item["scope"], kind["kind"], kind["oldest"], *figures)
    return table
