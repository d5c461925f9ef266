"""What becomes of a candidate."""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from flows.policy.windows import RETENTION_DAYS

_MECHANISM_RULE = "mechanism"
_REFUSAL_FIELDS = ("rule", "column", "count", "remedy")


class Outcome(StrEnum):
    """What an export run did with one day of one export."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    HELD = "held"
    REFUSED = "refused"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"


class Check(NamedTuple):
    """One candidate: its content key, what becomes of it, and the verdict where one was due."""

    day: date
    key: str
    outcome: Outcome
    verdict: object | None


def expires_at(day: date) -> datetime:
    """The end of the last day on which an export of `day` may exist."""
    return datetime.combine(day + timedelta(days=RETENTION_DAYS), time(0), UTC)


def content_key(files: Mapping[str, str], versions: Mapping[str, str]) -> str:
    """One name for what a release is made of: the candidate's SHA-256s, and what judged them."""
    stated = json.dumps([dict(files), dict(versions)], sort_keys=True)
    return hashlib.sha256(stated.encode()).hexdigest()


def outcome(refused_rules: Collection[str], has_record: bool) -> Outcome:
    """What a verdict leads to, by the rules that refused.

    A candidate that lacks nothing but its privacy mechanism has not failed: it is held until it is
    released through one. A record that does not hold is a refusal.
    """
    if not refused_rules:
        return Outcome.PUBLISHED
    is_waiting = set(refused_rules) == {_MECHANISM_RULE} and not has_record
    return Outcome.HELD if is_waiting else Outcome.REFUSED


def stop_on_refusal(checks: list[Check]) -> list[Check]:
    """The checks of one export, with nothing left to publish where one day was refused.

    A model that failed on one day is not trusted with the others.
    """
    if all(check.outcome is not Outcome.REFUSED for check in checks):
        return checks
    return [
        check._replace(outcome=Outcome.STOPPED) if check.outcome is Outcome.PUBLISHED else check
        for check in checks
    ]


def refusals_of(export: str, check: Check) -> list[dict]:
    """export, date, rule, column, count and remedy of every refusal of a refused candidate."""
    if check.outcome is not Outcome.REFUSED:
        return []
    place = {"export": export, "date": str(check.day)}
    return [
        place | {field: getattr(each, field) for field in _REFUSAL_FIELDS}
        for each in check.verdict.refusals
    ]


def released_names(files: Mapping[str, str]) -> dict[str, str]:
    """candidate file → the name it is published under.

    The name follows from position and content: a new release never writes over a file that the
    manifest in force names.
    """
    return {
        name: f"part-{number}-{digest[:12]}.parquet"
        for number, (name, digest) in enumerate(files.items())
    }
