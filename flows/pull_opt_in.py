"""Pulls the opt-in tier: accounts that agreed to training; consent is checked a session."""

from datetime import date

from flows.orchestrator import flow
from flows.policy.tiers import Tier
from flows.pull import pull_tier


@flow
def pull_opt_in(day: date, first: date | None = None) -> dict:
    """Lands what changed in the source folders up to `day`; answers counts only."""
    return pull_tier(Tier.OPT_IN, day, first)
