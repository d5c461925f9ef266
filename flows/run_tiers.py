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
    """tier → its counts by stage, or `{"error", "remedy", "exit_code"}`.

    Raises WinnowError (exit code 2) for a day outside the window.
    """
    check_window_allowed(day, settings.today)
    options = {"day": day, "first": first, "canaries": canaries}
    return {str(tier): _run(tier, options) for tier in tiers or list(Tier)}


def exit_code(results: dict[str, dict]) -> int:
    """0 where every tier is done; 1 where one failed, 2 where all that failed was used wrongly."""
    return min((each["exit_code"] for each in results.values() if "error" in each), default=0)


def _run(tier: Tier, options: dict) -> dict:
    try:
        with status(f"{tier}: pull → declassify → build → gate → publish"):
            return run_stage("daily", tier, **options)
    except WinnowError as error:
        return {"error": error.message, "remedy": error.remedy, "exit_code": error.exit_code}
