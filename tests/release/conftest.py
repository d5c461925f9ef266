"""A home with exact sessions, and the release as the daily run makes it."""

from datetime import UTC, datetime, time

import pytest

from expectations import second_opinion
from expectations.allowlist import load_allowlist
from flows.export_days import open_release
from flows.export_training import export_dates
from flows.policy.tiers import Tier
from flows.policy.windows import window_dates
from flows.release_default import prepare_releases
from tests.release.warehouse import POLICY, TODAY, Exact


@pytest.fixture
def exact(tmp_path) -> Exact:
    return Exact(tmp_path / "home")


@pytest.fixture
def policies(tmp_path):
    """The folder of allowlists; the default tier's may be edited in place."""
    folder = tmp_path / "allowlists"
    folder.mkdir()
    (folder / "default_tier.yml").write_text(POLICY)
    return folder


@pytest.fixture
def edit(policies):
    def change(old: str, new: str) -> None:
        text = (policies / "default_tier.yml").read_text()
        assert old in text
        (policies / "default_tier.yml").write_text(text.replace(old, new))

    return change


@pytest.fixture
def export(policies):
    """The entry of the shipped form, by name."""
    return lambda name="training_cohorts": load_allowlist(Tier.DEFAULT, policies).exports[name]


@pytest.fixture
def release(exact, policies, tmp_path, monkeypatch):
    """Prepares and publishes as the export stage does; answers its summary."""
    monkeypatch.setattr(second_opinion, "failed", lambda *_: [])
    (tmp_path / "dbt").mkdir()

    def run(today=TODAY) -> dict:
        now = datetime.combine(today, time(12), UTC)
        opened = open_release(exact.home, Tier.DEFAULT, today, now, tmp_path, policies)
        prepared = prepare_releases(exact.home, Tier.DEFAULT, today, opened.allowlist)
        summary = export_dates(opened, window_dates(today))
        return summary | {name: summary[name] + prepared[name] for name in prepared}

    return run
