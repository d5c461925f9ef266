"""Process 1 of a tier: text becomes typed values, through registered doors only."""

from flows.adapters.declassified import Declassifier
from flows.orchestrator import flow
from flows.policy.tiers import check_tier
from flows.settings import load_settings


@flow
def declassify(tier: str) -> dict:
    """Declassifies the days that changed. Returns counts of days: `days` done, `unchanged`."""
    settings = load_settings()
    project = settings.project_dir / "dbt"
    return Declassifier(settings.home, project, check_tier(tier), settings.today).run()
