"""What a process started for one tier may see of this one's environment."""

import os

from flows.policy.tiers import Tier


def environment_of(scope: str) -> dict[str, str]:
    """This process's environment without the variables of every other tier; of `shared` without
    those of any."""
    others = tuple(f"WINNOW_{tier.upper()}__" for tier in Tier if tier != scope)
    return {name: value for name, value in os.environ.items() if not name.startswith(others)}
