"""winnow erase: every trace of one account, by the plan's checksum."""

import json
from typing import Annotated

import typer

from flows.policy.errors import WinnowError


def erase(
    account_id: Annotated[str, typer.Argument(help="the account, as the product names it")],
    execute: Annotated[
        str, typer.Option(metavar="CHECKSUM", help="erase what the plan with this checksum names")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="plan and erase in one go")] = False,
    tier: Annotated[str, typer.Option(help="one tier; all of them where none is named")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
) -> None:
    """Show where an account stands; erase it there with --execute CHECKSUM or --yes."""
    from flows.policy.accounts import check_account
    from flows.policy.tiers import Tier, check_tier

    check_account(account_id)
    if execute and yes:
        raise WinnowError(
            "--execute and --yes exclude each other", remedy="give one of them", exit_code=2
        )
    tiers = [check_tier(tier)] if tier else list(Tier)
    found = erase_in(tiers, account_id, execute, yes)
    if as_json:
        print(json.dumps({"checksum": _checksum(found), "tiers": found}))
    else:
        _show(found, is_done=bool(execute or yes))


def erase_in(tiers: list, account_id: str, execute: str, yes: bool) -> list[dict]:
    """Plans or erases in each tier, in a process of its own with that tier's settings only.

    Raises WinnowError for another checksum, and at the end the first failure: a tier that fails
    does not keep the others from being erased.
    """
    if yes:
        return _each(tiers, lambda _: {"account_id": account_id, "execute": True})
    plans = _each(tiers, lambda _: {"account_id": account_id})
    if not execute:
        return plans
    if _checksum(plans) != execute:
        raise WinnowError(
            "the erasure as of now has another checksum than the one to execute",
            remedy="something came or went since: look at the new plan with `winnow erase ACCOUNT`",
        )
    own = {plan["tier"]: plan["checksum"] for plan in plans}
    return _each(tiers, lambda each: {"account_id": account_id, "checksum": own[each]})


def _checksum(plans: list[dict]) -> str:
    from flows.policy.checksums import overall_checksum

    return overall_checksum({plan["tier"]: plan["checksum"] for plan in plans})


def _each(tiers: list, arguments) -> list[dict]:
    from flows.stages import run_stage

    found, failures = [], []
    for tier in tiers:
        try:
            found.append(run_stage("erase", tier, **arguments(tier)))
        except WinnowError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return found


def _show(found: list[dict], *, is_done: bool) -> None:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    is_empty = not any(plan["kinds"] for plan in found)
    if not is_empty:
        console.print(_table(found))
    if is_done:
        _show_done(console, found, is_empty)
    elif is_empty:
        console.print("nothing to erase: nothing of this account was found")
        console.print("`winnow erase ACCOUNT --yes` keeps out what may still come of it")
    else:
        console.print(f"checksum {_checksum(found)}")
        console.print("nothing was changed: `winnow erase ACCOUNT --execute CHECKSUM` erases it")


def _show_done(console, found: list[dict], is_empty: bool) -> None:
    told = "nothing of this account was there" if is_empty else "erased, and looked for again"
    console.print(
        f"{told}; sessions from before now cannot come back; the receipt is in "
        "state/purge/receipts.jsonl"
    )
    if any(plan["registry"] == "to be recorded by the product" for plan in found):
        console.print(
            "the consent registry belongs to the product: have it record the revocation; until "
            "then the tombstone stands for it"
        )


def _table(found: list[dict]):
    from rich.table import Table

    table = Table("tier", "kind of place", box=None)
    for name in ("count", "bytes"):
        table.add_column(name, justify="right")
    for plan in found:
        for kind in plan["kinds"]:
            figures = (f"{kind['place_count']:,}", f"{kind['size_bytes']:,}")
            table.add_row(plan["tier"], kind["kind"], *figures)
    return table
