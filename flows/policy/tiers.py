"""The tiers: audiences of sessions that never meet in one process, table or file."""

from enum import StrEnum

from flows.policy.errors import WinnowError


class Tier(StrEnum):
    OPT_IN = "opt_in"
    DEFAULT = "default_tier"
    FEEDBACK = "feedback"


def leaves_as_rows(tier: Tier) -> bool:
    """Whether what the models export may leave as it is; of the others only a release may."""
    return tier == Tier.OPT_IN


def check_tier(name: str) -> Tier:
    """The tier of that name. Raises WinnowError (exit code 2) for any other word."""
    if name not in set(Tier):
        raise WinnowError(
            "this tier does not exist",
            remedy=f"use one of: {', '.join(Tier)}",
            exit_code=2,
        )
    return Tier(name)
