"""Pulls transcripts that came with a bug report: for product improvement only."""

from datetime import date

from flows.orchestrator import flow
from flows.policy.tiers import Tier
from flows.pull import pull_tier


@flow
def pull_feedback(day: date, first: date | None = None) -> dict:
    """Lands what changed in the source folders up to `day`; answers counts only."""
    return pull_tier(Tier.FEEDBACK, day, first)
