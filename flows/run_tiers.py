"""One child process a tier, each with that tier's settings only; a failing tier stops no other."""

from datetime import date

from flows.adapters.progress import status
from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier
from flows.policy.windows import check_window_allowed
from flows.settings import Settings
from flows.stages import run_stage


def run_tiers(
    settings: Settings,
    tiers: list[Tier] | None,
    day: date,
    first: date | None = None,
    *,
    canaries: bool = False,
) -> dict[str, dict]:
    """tier → its counts by stage, or `{"error", "remedy"}`. Raises WinnowError (exit code 2) for a
    day outside the window."""
    check_window_allowed(day, settings.today)
    options = {"day": day, "first": first, "canaries": canaries}
    return {str(tier): _run(tier, options) for tier in tiers or list(Tier)}


def _run(tier: Tier, options: dict) -> dict:
    try:
        with status(f"{tier}: pull → declassify → build → gate → publish"):
            return run_stage("daily", tier, **options)
    except WinnowError as error:
        return {"error": error.message, "remedy": error.remedy}
