"""winnow land: local transcripts into a tier's source."""

from pathlib import Path
from typing import Annotated

import typer

from flows.policy.tiers import check_tier


def land(
    path: Annotated[Path, typer.Argument(help="a transcript, or a folder of them")],
    tier: Annotated[str, typer.Option(help="opt_in, default_tier or feedback")],
    account: Annotated[str, typer.Option(help="whose sessions these are")],
    redate: Annotated[
        bool, typer.Option("--redate", help="move old sessions, whole, into the last days")
    ] = False,
) -> None:
    """Put local transcripts (say ~/.claude/projects) into a tier's source."""
    from rich.console import Console

    from flows.land_transcripts import land_transcripts
    from flows.policy.wording import counted

    landed = land_transcripts(path.expanduser(), check_tier(tier), account, redate=redate)
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{counted(landed.files, 'transcript')} put into {landed.source}")
    if landed.undated:
        console.print(f"{landed.undated} of them have no timestamp: nothing of them will land")
    if landed.consent_from:
        console.print(
            f"consent to training recorded for this account, in force from "
            f"{landed.consent_from:%Y-%m-%d}; withdraw it with `winnow erase {account}`"
        )
    if landed.erased_at:
        console.print(
            f"this account was erased on {landed.erased_at:%Y-%m-%d at %H:%M} UTC: of its sessions "
            "those that began before stay refused"
        )
    console.print("next: winnow run")
