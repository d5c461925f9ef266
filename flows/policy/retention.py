"""What the purge deletes and when: the one place that says it, and the plan it acts on.

`HOME_RULES` names every folder of WINNOW_HOME that holds data of a day; sources, rows of sessions
that outlive their first day, warehouses, keys and Prefect's records have a kind each in `KINDS`.
A datum of day D is expired for day T when D < T − 29 (flows/policy/windows.py).

Consent and assignments are kept while they are in force: their source is the product's append-only
registry, which winnow may only read, and its own copies are made anew by each pull. Those go
whole when an epoch's key does, since they hold that epoch's account keys.

Tombstones and the counts of contributions by month have no day of their own. A count stays until
its account is erased. A tombstone goes with the pull that finds it needless, since only a pull can
ask the registry (`flows.policy.erasure.is_tombstone_needed`): without pulls nothing lands.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from flows.policy.errors import WinnowError
from flows.policy.pseudonyms import last_day_of
from flows.policy.windows import oldest_kept_date
from flows.policy.wording import counted


class Rule(NamedTuple):
    """A folder or file of WINNOW_HOME; a file's day is that in its path, else its last change."""

    kind: str
    folder: str


TIER_RULES = (
    Rule("landing/raw", "landing/{tier}/raw"),
    Rule("landing/events", "landing/{tier}/events"),
    Rule("landing/bits", "landing/{tier}/bits"),
    Rule("landing/declassified", "landing/{tier}/declassified"),
    Rule("candidates", "candidates/{tier}"),
    Rule("exports", "exports/{tier}"),
    Rule("state/landed", "state/{tier}/landed"),
    Rule("state/runs", "state/{tier}/runs"),
    Rule("state/quarantine", "state/{tier}/quarantine"),
    Rule("state/releases", "state/{tier}/releases"),
    Rule("state/draws", "state/{tier}/draws"),
    Rule("state/dbt", "state/{tier}/dbt"),
    Rule("state/declassified", "state/{tier}/declassified.json"),
    Rule("state/llm_bits", "state/{tier}/llm_bits"),
    # Who contributed which session; what it counts is added to its month when it goes.
    Rule("state/contributions", "state/{tier}/contributions"),
    # Keys of erased sessions, by the day of the session.
    Rule("state/erased", "state/{tier}/erased"),
)

# What a tier's control key is needed for: each names objects or accounts by it. When none is left,
# and no epoch's key is, the control key is destroyed.
CONTROL_KEY_RECORDS = (
    "landing/{tier}/events",
    "state/{tier}/landed",
    "state/{tier}/quarantine",
    "state/{tier}/draws",
    "state/{tier}/contributions",
    "state/{tier}/contribution_months",
    "state/{tier}/tombstones",
    "state/{tier}/erasing",
)

SHARED_RULES = (
    Rule("results", "results"),
    Rule("results", "reports"),
    Rule("temporary", "tmp"),
    Rule("temporary", "gx"),
    Rule("state/dbt", "state/dbt-compiled"),
)

# In the order of deletion: what a later step needs to find its own work goes last. Rows of
# expired sessions are found through `landing/events`, so everything that hangs on them is first.
KINDS = (
    "source/sessions",
    "source/survival",
    "source/uploads",
    "landing/survival",
    "landing/raw",
    "landing/bits",
    "landing/declassified",
    "landing/session rows",
    "landing/events",
    "candidates",
    "exports",
    "warehouse",
    "state/releases",
    "state/draws",
    "state/quarantine",
    "state/runs",
    "state/dbt",
    "state/declassified",
    "state/llm_bits",
    "state/contributions",
    "state/erased",
    "state/landed",
    "landing/consent",
    "landing/assignments",
    "keys",
    "results",
    "temporary",
    "logs",
    "prefect",
)


class Place(NamedTuple):
    """Something that holds data. `reference` may name an account or a session: never stored.

    `day` is the day of the oldest datum in it, `version` what tells one content from another.
    """

    kind: str
    reference: str
    day: date
    size_bytes: int
    version: str = ""


class KindSummary(NamedTuple):
    kind: str
    place_count: int
    size_bytes: int
    oldest: date


@dataclass(frozen=True)
class PurgePlan:
    """Everything expired for `purge_date`, in the order of deletion."""

    purge_date: date
    scope: str
    places: tuple[Place, ...]

    @property
    def checksum(self) -> str:
        """SHA-256 over every place: another file, size, version or day gives another one."""
        content = [self.purge_date.isoformat(), self.scope]
        content += [[p.kind, p.reference, str(p.day), p.size_bytes, p.version] for p in self.places]
        return hashlib.sha256(json.dumps(content).encode("utf-8", "surrogatepass")).hexdigest()

    def of_kind(self, kind: str) -> list[Place]:
        return [place for place in self.places if place.kind == kind]

    def summary(self) -> list[KindSummary]:
        """Counts by kind; nothing of a reference."""
        found = {kind: self.of_kind(kind) for kind in KINDS}
        return [
            KindSummary(kind, len(places), sum(p.size_bytes for p in places), min(_days(places)))
            for kind, places in found.items()
            if places
        ]


def is_expired(day: date, purge_date: date) -> bool:
    return day < oldest_kept_date(purge_date)


def make_plan(inventory: Iterable[Place], purge_date: date, scope: str) -> PurgePlan:
    """The expired places of an inventory, missed days included, each once."""
    expired = {place for place in inventory if is_expired(place.day, purge_date)}
    return PurgePlan(purge_date, scope, tuple(sorted(expired, key=_order)))


def check_plan(plan: PurgePlan) -> None:
    """Raises WinnowError when the plan names anything that is not yet expired."""
    early = sum(not is_expired(place.day, plan.purge_date) for place in plan.places)
    if early:
        raise WinnowError(
            f"the purge plan for {plan.purge_date} names what is not yet expired: "
            f"{counted(early, 'place')}",
            remedy="make a new plan with `winnow purge`",
        )


def check_same_plan(plan: PurgePlan, checksum: str) -> None:
    """Raises WinnowError unless the plan as of now is the one that was looked at."""
    if plan.checksum != checksum:
        raise WinnowError(
            "the plan as of now has another checksum than the one to execute",
            remedy="something came or went since: look at the new plan with `winnow purge`",
        )


def check_purge_date_allowed(purge_date: date, today: date) -> None:
    """Raises WinnowError (exit code 2) for a day beyond tomorrow.

    The purge for a day finishes before that day begins, so tomorrow's is run this evening.
    """
    if purge_date > today + timedelta(days=1):
        raise WinnowError(
            f"a purge for {purge_date} would delete days that are not yet expired",
            remedy=f"purge for {today}, or for tomorrow",
            exit_code=2,
        )


def key_day(name: str) -> date | None:
    """The last day that a key file serves, None for a control key: it has no day of its own."""
    epoch = name.removeprefix("epoch-").removesuffix(".key")
    return last_day_of(int(epoch)) if name.startswith("epoch-") and epoch.isdigit() else None


def checkpoint_age(checkpoint: str) -> timedelta:
    """Whole days between a session and its survival check: `7d` is 7, `1h` none."""
    days = checkpoint.removesuffix("d")
    return timedelta(days=int(days) if days.isdigit() else 0)


def _order(place: Place) -> tuple:
    return KINDS.index(place.kind), place.day, place.reference, place.version


def _days(places: list[Place]) -> list[date]:
    return [place.day for place in places]
