"""winnow contributions: how many of an account's sessions entered which training export."""

import json
from typing import Annotated

import typer


def contributions(
    account_id: Annotated[str, typer.Argument(help="the account, as the product names it")],
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
) -> None:
    """Sessions of an account by month and training export, for a discount or for the person."""
    from flows.policy.accounts import check_account
    from flows.record_contributions import counts_of

    check_account(account_id)
    counts = counts_of(account_id)
    if as_json:
        print(json.dumps({"account_id": account_id, "months": counts}))
        return
    _show(counts)


def _show(counts: dict[str, dict[str, int]]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, soft_wrap=True)
    if not counts:
        console.print("no session of this account entered a training export")
        return
    table = Table("month", "export", box=None)
    table.add_column("sessions", justify="right")
    for month, exports in counts.items():
        for export, count in sorted(exports.items()):
            table.add_row(month, export, f"{count:,}")
    console.print(table)
