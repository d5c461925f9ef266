import signal
from datetime import date

import pytest

from flows import backfill as backfills
from flows import run_tiers as runs
from flows import stages
from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier
from flows.settings import load_settings
from tests.flows.house import DAY, TODAY, prompt


def test_a_stage_runs_in_a_process_of_its_own_and_answers_counts(house):
    house.consent()
    house.write(prompt("hello", "u1"))
    counts = stages.run_stage("pull", Tier.OPT_IN, day=TODAY, first=None)
    assert counts["run"]["lines.landed"] == 1


def test_a_failing_stage_hands_back_its_message_remedy_and_exit_code(house, monkeypatch):
    monkeypatch.setenv("WINNOW_OPT_IN__SOURCE", str(house.home / "missing"))
    with pytest.raises(WinnowError, match="missing or cannot be read") as failure:
        stages.run_stage("pull", Tier.OPT_IN, day=TODAY, first=None)
    assert "WINNOW_<TIER>__SOURCE" in failure.value.remedy


def test_a_stage_that_is_killed_is_named(house, monkeypatch):
    class Killed(stages.subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            self.send_signal(signal.SIGKILL)

    monkeypatch.setattr(stages.subprocess, "Popen", Killed)
    with pytest.raises(WinnowError, match="the quality stage was ended from outside"):
        stages.run_stage("quality", Tier.OPT_IN)


@pytest.mark.parametrize("stage", ["declassify", "build", "export", "quality", "search"])
def test_only_the_pull_gets_the_credentials_of_the_source(stage, monkeypatch):
    monkeypatch.setenv("WINNOW_OPT_IN__SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("WINNOW_DEFAULT_TIER__SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert "secret" not in stages._environment(stage, Tier.OPT_IN).values()


def test_the_pull_of_a_tier_gets_no_credentials_of_another(monkeypatch):
    monkeypatch.setenv("WINNOW_OPT_IN__SECRET_ACCESS_KEY", "own")
    monkeypatch.setenv("WINNOW_DEFAULT_TIER__SECRET_ACCESS_KEY", "other")
    found = stages._environment("pull", Tier.OPT_IN).values()
    assert "own" in found and "other" not in found


def test_a_tier_that_fails_stops_no_other(house, monkeypatch):
    def answer(stage, tier, **arguments):
        if tier is Tier.OPT_IN:
            raise WinnowError("refused", remedy="mend it")
        return {"pull": {}}

    monkeypatch.setattr(runs, "run_stage", answer)
    results = runs.run_tiers(load_settings(), None, TODAY)
    assert results["opt_in"] == {"error": "refused", "remedy": "mend it", "exit_code": 1}
    assert results["default_tier"] == {"pull": {}}


def test_a_day_outside_the_window_is_wrong_use_before_anything_runs(house):
    with pytest.raises(WinnowError) as refusal:
        runs.run_tiers(load_settings(), None, date(2026, 1, 1))
    assert refusal.value.exit_code == 2


def test_a_backfill_is_cut_to_the_window_with_a_clear_word(house, monkeypatch):
    asked = []
    monkeypatch.setattr(backfills, "run_tiers", lambda *arguments: asked.append(arguments) or {})
    done = backfills.backfill(date(2026, 1, 1), DAY)
    assert (
        done["clipped"] == "cut to the window: 2026-03-02 … 2026-03-30 of 2026-01-01 … 2026-03-30"
    )
    assert asked[0][2:] == (DAY, date(2026, 3, 2))


def test_a_backfill_of_nothing_but_old_days_is_wrong_use(house):
    with pytest.raises(WinnowError, match="no day of") as refusal:
        backfills.backfill(date(2026, 1, 1), date(2026, 1, 7))
    assert refusal.value.exit_code == 2


def test_a_backfill_reads_the_spans_folders_only(house, pull):
    house.consent()
    house.write(prompt("in the span", "u1"))
    house.write(
        prompt("before it", "u2", "s2", "2026-03-20T09:00:00Z"), name="s2", day="2026-03-20"
    )
    assert pull(day=DAY, first=DAY)["run"]["lines.landed"] == 1
    assert pull(day=TODAY)["run"]["lines.landed"] == 1
