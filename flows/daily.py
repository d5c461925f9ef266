"""The daily run of one tier: pull → erase what was revoked → declassify → build → export. What the
schedule runs."""

from datetime import date
from pathlib import Path

from flows.adapters.locks import tier_lock
from flows.adapters.planted import is_planted
from flows.adapters.run_record import write_run_record
from flows.adapters.tombstones import Erasures
from flows.orchestrator import flow, task
from flows.policy.tiers import Tier, check_tier
from flows.policy.windows import check_window_allowed
from flows.settings import load_settings
from flows.stages import run_stage


@flow
def daily(
    tier: str, day: date | None = None, first: date | None = None, canaries: bool = False
) -> dict:
    """Runs the tier's stages for the source folders `first` (the window's, if not named) … `day`
    (today's). Returns counts by stage.

    Raises WinnowError where a stage failed or the gate refused: later stages do not run, and what
    was published before stays.
    """
    tier, settings = check_tier(tier), load_settings()
    day = day or settings.today
    check_window_allowed(day, settings.today)
    with tier_lock(settings.home, tier, settings.lock_seconds):
        if is_planted(settings.home / "landing" / tier):
            stage("remove", tier)
        counts = {"pull": stage("pull", tier, day=day, first=first)}
        counts["erased"] = stage("watch", tier) if is_watched(settings.home, tier) else {}
        counts["quality"] = stage("quality", tier)
        if canaries:
            counts["canaries"] = rehearse(tier)
        counts |= {name: stage(name, tier) for name in ("declassify", "build", "export")}
        if canaries:
            stage("search", tier)
        finished_at = settings.now.isoformat(timespec="seconds")
        write_run_record(settings.home, tier, day, finished_at, counts)
    return counts


@task
def stage(name: str, tier: Tier, **arguments) -> dict:
    """One stage, in a process of its own."""
    return run_stage(name, tier, **arguments)


def is_watched(home: Path, tier: Tier) -> bool:
    """Consent is asked for in one tier; an erasure that was killed is finished in any."""
    return tier is Tier.OPT_IN or bool(Erasures(home, tier).load())


@task
def rehearse(tier: Tier) -> dict:
    """Everything up to the candidates with planted canaries, which must then be nowhere."""
    planted = stage("plant", tier)
    try:
        stage("declassify", tier)
        stage("build", tier)
        return planted | stage("search", tier)
    finally:
        stage("remove", tier)
