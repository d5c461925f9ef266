"""Process 1 of a tier: text becomes typed values, through registered doors only."""

from flows.adapters.declassified import Declassifier
from flows.declassify_bits import declassify_bits
from flows.orchestrator import flow
from flows.policy.tiers import check_tier
from flows.settings import load_settings


@flow
def declassify(tier: str) -> dict:
    """Declassifies the days that changed. Returns counts of days: `days` done, `unchanged`; and
    those of the bits (flows/declassify_bits.py)."""
    settings, tier = load_settings(), check_tier(tier)
    project = settings.project_dir / "dbt"
    counts = Declassifier(settings.home, project, tier, settings.today).run()
    return counts | declassify_bits(settings, tier)
