"""winnow backfill: the daily run with other dates."""

import json
from datetime import datetime
from typing import Annotated

import typer

_DAY = ["%Y-%m-%d"]


def backfill(
    first: Annotated[datetime, typer.Option("--from", formats=_DAY, help="the first day")],
    last: Annotated[datetime, typer.Option("--to", formats=_DAY, help="the last day")],
    tier: Annotated[str | None, typer.Option(help="one tier; all where none is named")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="the counts as one document")] = False,
) -> None:
    """The daily run for the days --from … --to, cut to the 30-day window; goes on where it was
    stopped."""
    from flows.backfill import backfill as run_backfill
    from flows.missed_purges import missed_purges
    from flows.policy.tiers import check_tier
    from flows.run_tiers import exit_code
    from flows.settings import load_settings
    from flows.summary import for_machines, print_problems, print_summary

    settings = load_settings()
    tiers = [check_tier(tier)] if tier else None
    done = run_backfill(first.date(), last.date(), tiers)
    if as_json:
        shown = done | {"tiers": for_machines(done["tiers"])}
        print(json.dumps(shown, indent=1, default=str))
    else:
        print(done["clipped"])
        print_summary(done["tiers"], settings.home)
    print_problems(missed_purges(settings))
    raise typer.Exit(exit_code(done["tiers"]))
