"""The state of the store as counts and ages: what `winnow status` prints."""

from datetime import UTC, date, datetime
from pathlib import Path

from flows.adapters.receipts import Receipts
from flows.policy.receipts import (
    BROKEN_CHAIN,
    KINDS_WITHOUT_LIMIT,
    kinds_above_limit,
    missed_days,
    missed_purge,
)
from flows.policy.tiers import SHARED, Tier, check_scope
from flows.policy.wording import counted
from flows.privacy_budget import budget_status
from flows.purge_expired import prefect_home
from flows.settings import Settings, load_settings, load_tier_settings
from flows.verifier.report import Report
from flows.verify_ages import verify_shared, verify_tier

_RAW_KINDS = ("source/sessions", "source/uploads", "source/other", "landing/raw", "leftovers")


def scope_status(name: str, *, anew: bool = False) -> dict:
    """Ages by kind of place, last run and purge of one scope, and what is wrong with them.

    Content-free. Raises WinnowError for an unknown scope.
    """
    settings = load_settings()
    report = _report(check_scope(name), settings, anew)
    found = report.as_json()
    receipts = Receipts(settings.home)
    is_whole = receipts.is_whole()
    done = [r for r in receipts.read() if r["scope"] == name] if is_whole else []
    status = {
        "scope": name,
        "found": found,
        "evidence": report.evidence,
        "last_run": _last_run(settings.home, name),
        "last_purge": max((item["purge_date"] for item in done), default=None),
        **_oldest_raw(found, settings.now),
        "budgets": budget_status(settings.home, settings.today) if name == Tier.DEFAULT else [],
    }
    return status | {"problems": _problems(status, done, is_whole, settings.today)}


def all_statuses(scopes: list[dict]) -> dict:
    """The scopes' statuses as one; each problem once."""
    raw = [item for item in scopes if item["oldest_raw"]]
    oldest = min(raw, key=lambda item: item["oldest_raw"], default=None)
    problems = dict.fromkeys(problem for item in scopes for problem in item["problems"])
    return {
        "oldest_raw": oldest["oldest_raw"] if oldest else None,
        "oldest_raw_age": oldest["oldest_raw_age"] if oldest else None,
        "problems": list(problems),
        "scopes": scopes,
    }


def _report(name: str, settings: Settings, anew: bool) -> Report:
    if name == SHARED:
        return verify_shared(settings, prefect_home(settings.home), anew=anew)
    tier = Tier(name)
    return verify_tier(settings, tier, load_tier_settings(tier, settings), anew=anew)


def _problems(status: dict, done: list[dict], is_whole: bool, today: date) -> list[str]:
    name, found = status["scope"], status["found"]
    days = [date.fromisoformat(item["oldest"][:10]) for item in found if _has_limit(item)]
    missed = missed_days(done, name, min(days, default=None), today)
    problems = [
        f"{name}: older than the window: {kind}" for kind in kinds_above_limit(found, today)
    ]
    problems += [
        f"{name}: {item['unreadable_count']} cannot be read, so their age is not known: "
        f"{item['kind']}"
        for item in found
        if item["unreadable_count"]
    ]
    if missed and is_whole:
        problems.append(missed_purge(name, missed))
    if not is_whole:
        problems.append(BROKEN_CHAIN)
    return problems


def _has_limit(item: dict) -> bool:
    return bool(item["oldest"]) and item["kind"] not in KINDS_WITHOUT_LIMIT


def _oldest_raw(found: list[dict], now: datetime) -> dict:
    raw = [item["oldest"] for item in found if item["kind"] in _RAW_KINDS and item["oldest"]]
    if not raw:
        return {"oldest_raw": None, "oldest_raw_age": None}
    age = now - datetime.fromisoformat(min(raw)).astimezone(UTC)
    return {"oldest_raw": min(raw), "oldest_raw_age": f"{counted(age.days, 'day')} old"}


def _last_run(home: Path, name: str) -> str | None:
    if name not in set(Tier):
        return None
    return max(
        (path.stem for path in (home / "state" / name / "runs").glob("*.json")), default=None
    )
