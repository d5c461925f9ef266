"""Whether what was pulled looks as it usually does; what stops a run and what warns is policy."""

from expectations.landing import check_landing
from flows.adapters.landed_index import LandedIndex
from flows.orchestrator import flow
from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier
from flows.policy.windows import window_dates
from flows.settings import load_settings


@flow
def check_quality(tier: Tier) -> dict:
    """Returns `warnings`, a line each, no counts. Raises WinnowError where policy says fail."""
    settings = load_settings()
    index = LandedIndex(settings.home / "state" / tier)
    counts = {day: index.totals([day]) for day in window_dates(settings.today)}
    landed = {day: found for day, found in counts.items() if found}
    findings = check_landing(settings.home / "landing" / tier, landed, settings.today)
    failed = [str(finding) for finding in findings if finding.level == "fail"]
    if failed:
        raise WinnowError(
            f"landing of {tier}: " + "; ".join(failed),
            remedy="nothing was built from it; expectations/landing/policy.yml says what fails",
        )
    return {"warnings": [str(finding) for finding in findings]}
