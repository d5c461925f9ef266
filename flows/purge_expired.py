"""The purge of one scope: a tier, or what no tier owns. Plan, delete, look again, write a receipt.

A process purges one scope, so that it holds no more than that tier's credentials.
"""

import os
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from flows.adapters.locks import tier_lock
from flows.adapters.purge_scope import Scope, SharedScope, TierScope, execute
from flows.adapters.receipts import Receipts
from flows.orchestrator import flow, redacted
from flows.policy.errors import WinnowError
from flows.policy.places import bucket_of
from flows.policy.receipts import kinds_above_limit
from flows.policy.retention import (
    Place,
    PurgePlan,
    check_purge_date_allowed,
    check_same_plan,
    make_plan,
)
from flows.policy.tiers import SHARED, Tier, check_tier
from flows.policy.windows import oldest_kept_date
from flows.settings import Settings, TierSettings, load_settings, load_tier_settings
from flows.verifier.report import Report
from flows.verify_ages import verify_shared, verify_tier

_SOURCES = ("source/sessions", "source/survival")


@dataclass(frozen=True)
class Prepared:
    """A plan with what it was made from: the scope, and what the verifier saw before."""

    plan: PurgePlan
    scope: Scope
    before: Report


@flow
def purge_expired(scope: str, purge_date: str = "tomorrow", checksum: str = "") -> dict:
    """Plans and executes in one go, as the schedule does: this evening, for tomorrow.

    With a checksum it acts only if the plan as of now has it. Returns counts by kind of place.
    Raises WinnowError when deletion would not be true or when expired data is left.
    """
    settings = load_settings()
    day = purge_day(purge_date, settings.today)
    with tier_lock(settings.home, _lock_name(scope), settings.lock_seconds):
        prepared = _prepare(scope, day, settings)
        if checksum:
            check_same_plan(prepared.plan, checksum)
        leftovers = execute(prepared.plan, prepared.scope)
        report = _verify(scope, settings)
        _write_receipt(settings, prepared, leftovers, report)
    after = report.as_json()
    _check_nothing_left(scope, after, day, settings)
    return plan_summary(prepared.plan) | {"after": after}


@redacted
def plan_purge(scope: str, purge_date: str) -> dict:
    """The plan as counts by kind, with its checksum; changes nothing."""
    settings = load_settings()
    return plan_summary(_prepare(scope, purge_day(purge_date, settings.today), settings).plan)


def purge_day(text: str, today: date) -> date:
    """`today`, `tomorrow` or an ISO date. Raises WinnowError (exit code 2) for anything else."""
    named = {"today": today, "tomorrow": today + timedelta(days=1)}
    try:
        day = named.get(text) or date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None:
        raise WinnowError(
            "the purge's day is not a date",
            remedy="use today, tomorrow, or YYYY-MM-DD",
            exit_code=2,
        )
    check_purge_date_allowed(day, today)
    return day


def plan_summary(plan: PurgePlan) -> dict:
    kinds = [kind._asdict() | {"oldest": kind.oldest.isoformat()} for kind in plan.summary()]
    return {
        "scope": str(plan.scope),
        "purge_date": plan.purge_date.isoformat(),
        "checksum": plan.checksum,
        "kinds": kinds,
    }


def prefect_home(home: Path) -> Path:
    """Where Prefect's server keeps its records: PREFECT_HOME, else a folder of WINNOW_HOME."""
    named = os.environ.get("PREFECT_HOME")
    return Path(named).expanduser().absolute() if named else home / "prefect"


def _prepare(name: str, day: date, settings: Settings) -> Prepared:
    report = _verify(name, settings)
    if name == SHARED:
        scope = SharedScope(settings.home, day, prefect_home(settings.home)).scope()
    else:
        tier_settings = load_tier_settings(check_tier(name), settings)
        source = source_purge(tier_settings)
        stale = [
            Place(kind, datum.reference, datum.oldest.date(), datum.size_bytes, datum.version)
            for kind in _SOURCES
            for datum in report.older_than(oldest_kept_date(day), kind)
        ]
        scope = TierScope(settings.home, name, day, source, stale).scope()
    return Prepared(make_plan(scope.places(), day, name), scope, report)


def _verify(name: str, settings: Settings) -> Report:
    if name == SHARED:
        return verify_shared(settings, prefect_home(settings.home))
    tier = check_tier(name)
    return verify_tier(settings, tier, load_tier_settings(tier, settings))


def source_purge(settings: TierSettings):
    """None where the product purges its source itself."""
    if settings.source_purge == "product":
        return None
    if bucket := bucket_of(settings.source):
        from flows.adapters.purge_s3 import S3Purge
        from flows.adapters.s3 import make_client

        return S3Purge(make_client(settings), *bucket)
    from flows.adapters.purge_folder import FolderPurge

    return FolderPurge(Path(settings.source).expanduser().absolute())


def _write_receipt(settings: Settings, prepared: Prepared, leftovers: int, after: Report) -> None:
    at: datetime = settings.now
    Receipts(settings.home).append(
        {
            "at": at.isoformat(timespec="seconds"),
            **plan_summary(prepared.plan),
            "leftovers": leftovers,
            "before": prepared.before.as_json(),
            "after": after.as_json(),
            "evidence": {"before": prepared.before.evidence, "after": after.evidence},
        }
    )


def _check_nothing_left(name: str, after: list[dict], day: date, settings: Settings) -> None:
    left = kinds_above_limit(after, day)
    if name != SHARED and load_tier_settings(Tier(name), settings).source_purge == "product":
        left = [kind for kind in left if not kind.startswith("source/")]
    if left:
        raise WinnowError(
            f"after the purge of {name} the verifier still finds expired data in: "
            f"{', '.join(left)}",
            remedy="purge again; if it stays, these places hold data that no rule covers: "
            "flows/policy/retention.py lists the rules",
        )


def _lock_name(scope: str) -> str:
    return "purge" if scope == SHARED else scope
