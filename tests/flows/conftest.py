"""A home of its own for every test."""

from datetime import date

import pytest

from flows import settings
from flows.policy.tiers import Tier
from tests.flows.house import TODAY, House


@pytest.fixture
def house(tmp_path, monkeypatch) -> House:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path))
    monkeypatch.setenv("WINNOW_TODAY", str(TODAY))
    unbind(monkeypatch)
    return House(tmp_path)


def unbind(monkeypatch) -> None:
    """A fresh process belongs to no tier yet."""
    monkeypatch.setattr(settings, "_bound", None)


@pytest.fixture
def pull(monkeypatch):
    """Runs one tier's pull as its own process would; answers its counts."""
    from flows import pull_default_tier, pull_feedback, pull_opt_in

    flows = {
        Tier.OPT_IN: pull_opt_in.pull_opt_in,
        Tier.DEFAULT: pull_default_tier.pull_default_tier,
        Tier.FEEDBACK: pull_feedback.pull_feedback,
    }

    def run(tier: str = "opt_in", day: date = TODAY, first: date | None = None) -> dict:
        unbind(monkeypatch)
        return flows[Tier(tier)](day=day, first=first)

    return run
