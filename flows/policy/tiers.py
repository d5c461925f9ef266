"""The tiers: audiences of sessions that never meet in one process, table or file."""

from enum import StrEnum

from flows.policy.errors import WinnowError


class Tier(StrEnum):
    OPT_IN = "opt_in"
    DEFAULT = "default_tier"
    FEEDBACK = "feedback"


# What no tier owns: receipts, the orchestrator's records. Purged and served like a tier.
SHARED = "shared"
SCOPES = (*Tier, SHARED)


def leaves_as_rows(tier: Tier) -> bool:
    """Whether what the models export may leave as it is; of the others only a release may."""
    return tier == Tier.OPT_IN


def check_tier(name: str) -> Tier:
    """The tier of that name. Raises WinnowError (exit code 2) for any other word."""
    return Tier(_listed(name, tuple(Tier)))


def check_scope(name: str) -> str:
    """The name of a tier, or SHARED. Raises WinnowError (exit code 2) for any other word."""
    return _listed(name, SCOPES)


def _listed(name: str, names: tuple[str, ...]) -> str:
    if name not in names:
        raise WinnowError(
            "this tier does not exist", remedy=f"use one of: {', '.join(names)}", exit_code=2
        )
    return name
