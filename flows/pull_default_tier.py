"""Pulls the default tier: accounts that did not agree to training."""

from datetime import date

from flows.orchestrator import flow
from flows.policy.tiers import Tier
from flows.pull import pull_tier


@flow
def pull_default_tier(day: date, first: date | None = None) -> dict:
    """Lands what changed in the source folders up to `day`; answers counts only."""
    return pull_tier(Tier.DEFAULT, day, first)
