"""winnow run: the daily job."""

import json
from datetime import datetime
from typing import Annotated

import typer


def run(
    tier: Annotated[
        str | None, typer.Option(help="one tier; all of them where none is named")
    ] = None,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the day; today by default")
    ] = None,
    canaries: Annotated[
        bool, typer.Option("--canaries", help="plant canaries first and look for them everywhere")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="the counts as one document")] = False,
) -> None:
    """The daily job: pull → declassify → build → gate → publish, a process a tier and stage."""
    from flows.missed_purges import missed_purges
    from flows.policy.tiers import check_tier
    from flows.run_tiers import exit_code, run_tiers
    from flows.settings import load_settings
    from flows.summary import for_machines, print_problems, print_summary

    settings = load_settings()
    wanted = day.date() if day else settings.today
    tiers = [check_tier(tier)] if tier else None
    results = run_tiers(settings, tiers, wanted, canaries=canaries)
    if as_json:
        print(json.dumps(for_machines(results), indent=1, default=str))
    else:
        print_summary(results, settings.home)
    print_problems(missed_purges(settings))
    raise typer.Exit(exit_code(results))
