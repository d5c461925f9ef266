"""The daily run of one tier: pull → declassify → build → export. What the schedule runs."""

from datetime import date

from flows.adapters.locks import tier_lock
from flows.adapters.run_record import write_run_record
from flows.orchestrator import flow, task
from flows.policy.tiers import Tier
from flows.policy.windows import check_window_allowed
from flows.settings import load_settings
from flows.stages import run_stage


@flow
def daily(tier: str, day: date | None = None, first: date | None = None) -> dict:
    """Runs the tier's stages for the source folders up to `day` (today's, if not named).

    Returns counts by stage.

    Raises WinnowError where a stage failed or the gate refused: later stages do not run, and what
    was published before stays.
    """
    settings = load_settings()
    day = day or settings.today
    check_window_allowed(day, settings.today)
    with tier_lock(settings.home, tier, settings.lock_seconds):
        counts = {
            "pull": pull(tier, day, first),
            "quality": quality(tier),
            "declassify": declassify(tier),
            "build": build(tier),
            "export": export(tier),
        }
        finished_at = settings.now.isoformat(timespec="seconds")
        write_run_record(settings.home, tier, day, finished_at, counts)
    return counts


@task
def pull(tier: str, day: date, first: date | None) -> dict:
    return run_stage("pull", Tier(tier), day=day, first=first)


@task
def quality(tier: str) -> dict:
    return run_stage("quality", Tier(tier))


@task
def declassify(tier: str) -> dict:
    return run_stage("declassify", Tier(tier))


@task
def build(tier: str) -> dict:
    return run_stage("build", Tier(tier))


@task
def export(tier: str) -> dict:
    return run_stage("export", Tier(tier))
