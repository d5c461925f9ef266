"""What an erasure takes, in which order, and what stops it from coming back.

An account can be erased on its own word (`winnow erase`: all of it, until now) or because it took
its consent back (only the sessions that consent no longer covers). Releases that hold noise alone
are not touched: they are never recomputed, and end with their window (`fate_of`).

The product's files of survival stay as it wrote them: each holds lines of many sessions, and winnow
may delete in a source but not write. Lines of erased sessions are refused, and go with their day.

A tombstone is needed as long as a session from before the erasure may still land: while the day of
the erasure is in the window, and in the opt-in tier, where the registry lacks the revocation, as
long as it says granted of a kept day by a word from before the erasure. A new word ends that for
the days after it, not for those between.
"""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from flows.policy.consent import Timeline
from flows.policy.errors import WinnowError
from flows.policy.retention import Place
from flows.policy.windows import is_date_in_window, oldest_kept_date

# In the order of deletion: text first, and last what leads to the rest. What was found is noted
# before the first deletion, so that a killed erasure still knows the sessions.
KINDS = (
    "source/sessions",
    "source/uploads",
    "landing/raw",
    "landing/bits",
    "landing/declassified",
    "landing/survival",
    "landing/events",
    "landing/consent",
    "landing/assignments",
    "state/landed",
    "state/quarantine",
    "state/llm_bits",
    "candidates",
    "warehouse",
    "exports",
    "state/draws",
    "state/contributions",
    "state/contribution_months",
)


class Fate(StrEnum):
    """What becomes of a release that an erased session went into."""

    REWRITTEN = "rewritten"
    WITHDRAWN = "withdrawn"
    EXPIRES = "expires"


def fate_of(mechanism: str) -> Fate:
    """By the mechanism of the release: rows as they are, noisy aggregates, answers of sessions."""
    known = {"none": Fate.REWRITTEN, "aggregate_dp": Fate.EXPIRES}
    return known.get(mechanism, Fate.WITHDRAWN)


class Session(NamedTuple):
    """A session of an account as landing knows it."""

    key: str
    day: date
    started: datetime | None


class KindCount(NamedTuple):
    kind: str
    place_count: int
    size_bytes: int


@dataclass(frozen=True)
class ErasurePlan:
    """Every place that holds something of the accounts, in the order of deletion."""

    tier: str
    places: tuple[Place, ...]

    @property
    def checksum(self) -> str:
        """SHA-256 over every place: another file, size or version gives another one."""
        content = [
            self.tier,
            *([p.kind, p.reference, p.size_bytes, p.version] for p in self.places),
        ]
        return hashlib.sha256(json.dumps(content).encode("utf-8", "surrogatepass")).hexdigest()

    def of_kind(self, kind: str) -> list[Place]:
        return [place for place in self.places if place.kind == kind]

    def summary(self) -> list[KindCount]:
        found = {kind: self.of_kind(kind) for kind in KINDS}
        return [
            KindCount(kind, len(places), sum(place.size_bytes for place in places))
            for kind, places in found.items()
            if places
        ]


def make_erasure_plan(tier: str, places: Iterable[Place]) -> ErasurePlan:
    ordered = sorted(set(places), key=lambda p: (KINDS.index(p.kind), p.reference, p.version))
    return ErasurePlan(tier, tuple(ordered))


def check_same_erasure(plan: ErasurePlan, checksum: str) -> None:
    """Raises WinnowError unless the plan as of now is the one that was looked at."""
    if plan.checksum != checksum:
        raise WinnowError(
            "the erasure as of now has another checksum than the one to execute",
            remedy="something came or went since: look at the new plan with `winnow erase ACCOUNT`",
        )


def kept_sessions(sessions: Iterable[Session], timeline: Timeline, now: datetime) -> set[str]:
    """Keys of the landed sessions that consent in force at `now` still covers."""
    return {
        session.key
        for session in sessions
        if session.started and timeline.admits(session.started, now)
    }


def is_tombstone_needed(erased_at: datetime, today: date, registry: Timeline | None) -> bool:
    """`registry` is what the product says of the account; None where no consent is asked for."""
    if is_date_in_window(erased_at.date(), today) or erased_at.date() > today:
        return True
    if registry is None or not registry.is_granted_at(erased_at):
        return False
    later = (each for each in registry.events if each.effective_at > erased_at)
    following = next(later, None)
    return following is None or following.effective_at.date() >= oldest_kept_date(today)


def is_withdrawn_draw(record: dict, is_charged: bool, days: Collection[date]) -> bool:
    """Whether a draw that sessions of those days may have gone into is taken back.

    One that nobody paid for yet was not released: it goes, and is drawn anew without them.
    """
    first, last = (date.fromisoformat(record["window"][name]) for name in ("first", "last"))
    if not any(first <= day <= last for day in days):
        return False
    return not is_charged or fate_of(record["mechanism"]) is Fate.WITHDRAWN
