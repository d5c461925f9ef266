"""What an erasure in one tier has to take: every place that holds something of the accounts."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from flows.adapters import erase_landing, purge_duckdb
from flows.adapters.contribution_ledger import ContributionLedger
from flows.adapters.erase_landing import Gone, Landed
from flows.adapters.keys import KeyRing
from flows.adapters.landed_index import LandedIndex
from flows.adapters.llm_cache import LlmCache
from flows.adapters.sources import open_source
from flows.adapters.tombstones import Erasure
from flows.erase_releases import draw_places, release_places
from flows.policy.consent import Timeline
from flows.policy.erasure import ErasurePlan, kept_sessions, make_erasure_plan
from flows.policy.retention import Place
from flows.policy.tiers import Tier
from flows.purge_expired import source_purge
from flows.settings import Settings, TierSettings

Timelines = Mapping[str, Timeline]
# What the index says of an object from before a revocation.
_TAKEN_BACK = "consent_revoked"


class Desk(NamedTuple):
    """A tier and what its erasures need."""

    tier: Tier
    settings: Settings
    own: TierSettings
    keys: KeyRing

    @property
    def home(self) -> Path:
        return self.settings.home

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse" / f"{self.tier}.duckdb"

    @property
    def contributions(self) -> ContributionLedger:
        return ContributionLedger(self.home, self.tier)


class Work(NamedTuple):
    """A plan and what it was made from. `erasures` are by account hash, with the sessions that
    go; `whole` are those of which nothing stays."""

    desk: Desk
    plan: ErasurePlan
    erasures: dict[str, Erasure]
    whole: frozenset[str]
    gone: Gone

    @property
    def forgotten(self) -> set[str]:
        """Accounts that were erased on their own word: not even their counts stay."""
        return {account for account, each in self.erasures.items() if each.erased_at}

    @property
    def account_ids(self) -> set[str]:
        """Of the accounts of which nothing stays."""
        return {self.erasures[account].account_id for account in self.whole}


def prepare(desk: Desk, erasures: dict[str, Erasure], timelines: Timelines) -> Work:
    """Finds every place of the accounts. `timelines` (account id → consent) say what stays of
    those who took their consent back; of the others nothing does."""
    landed = erase_landing.landed_sessions(desk.home / "landing" / desk.tier, set(erasures))
    completed = _with_sessions(desk, erasures, landed, timelines)
    whole = frozenset(
        account
        for account, each in completed.items()
        if each.erased_at or not timelines[each.account_id].is_granted_at(desk.settings.now)
    )
    sources = list(_source_places(desk, completed))
    gone = Gone(
        sessions=frozenset(key for each in completed.values() for key in each.sessions),
        events=frozenset(
            event
            for each in completed.values()
            for key in each.sessions
            for event in landed.events.get(key, ())
        ),
        accounts=frozenset(
            key
            for account in whole
            for key in desk.keys.epoch_keys(
                "account", completed[account].account_id, desk.keys.live_epochs()
            )
        ),
        clusters=whole,
        objects=frozenset(_object_key(desk, place) for place in sources),
    )
    work = Work(desk, make_erasure_plan(desk.tier, ()), completed, whole, gone)
    return work._replace(plan=make_erasure_plan(desk.tier, [*sources, *_home_places(work)]))


def _with_sessions(
    desk: Desk, erasures: dict[str, Erasure], landed: Landed, timelines: Timelines
) -> dict[str, Erasure]:
    """The erasures with every session that goes: landed, released, built, or noted before."""
    released = desk.contributions.sessions(set(erasures))
    built = purge_duckdb.sessions_in(desk.warehouse, set(erasures))
    found = {}
    for account, erasure in erasures.items():
        own = landed.sessions.get(account, [])
        staying: set[str] = set()
        if erasure.erased_at is None:
            staying = kept_sessions(own, timelines[erasure.account_id], desk.settings.now)
        known = erasure.sessions | released.get(account, {}) | built.get(account, {})
        known |= {session.key: session.day for session in own}
        sessions = {key: day for key, day in known.items() if key not in staying}
        found[account] = Erasure(erasure.account_id, erasure.erased_at, sessions)
    return found


def _source_places(desk: Desk, erasures: dict[str, Erasure]) -> Iterator[Place]:
    """Source objects, where winnow is told to purge them: all of an erased account; of one that
    took its consent back those of which nothing landed any more."""
    source = source_purge(desk.own)
    if source is None:
        return
    source.check_deletion_is_true()
    refused = taken_back(desk)
    for erasure in erasures.values():
        if erasure.erased_at:
            yield from source.account_places(erasure.account_id)
        elif refused:
            for place in source.account_places(erasure.account_id):
                if _object_key(desk, place) in refused:
                    yield place


def taken_back(desk: Desk) -> set[str]:
    """Keys of objects that landed nothing because consent to them was taken back."""
    index = LandedIndex(desk.home / "state" / desk.tier)
    return {
        key
        for day in index.days()
        for key, entry in index.load(day).objects.items()
        if _TAKEN_BACK in entry.lines_refused and not entry.kinds
    }


def taken_back_accounts(desk: Desk) -> set[str]:
    """Ids of the accounts of which the source still has such objects, where winnow purges it."""
    refused = taken_back(desk)
    if not refused or desk.own.source_purge == "product":
        return set()
    source = open_source(desk.own.source, desk.own)
    return {
        item.path.split("/")[2]
        for item in source.objects("sessions")
        if item.path.count("/") > 2 and desk.keys.control_key("object", item.path) in refused
    }


def _object_key(desk: Desk, place: Place) -> str:
    _, found, path = place.reference.rpartition("sessions/")
    return desk.keys.control_key("object", found + path)


def _home_places(work: Work) -> list[Place]:
    desk, gone, day = work.desk, work.gone, work.desk.settings.today
    where = (desk.home, desk.tier)
    return [
        *erase_landing.row_places(*where, gone, day),
        *erase_landing.index_places(*where, gone, day),
        *erase_landing.quarantine_places(*where, work.account_ids, day),
        *release_places(*where, gone.sessions, day),
        *draw_places(*where, _days(work), day),
        *_warehouse_places(desk, gone),
        *_contribution_places(work),
        *_answer_places(desk, gone),
    ]


def _answer_places(desk: Desk, gone: Gone) -> list[Place]:
    files = LlmCache(desk.home, desk.tier).files_of(gone.sessions)
    return [file_place("state/llm_bits", desk, path) for path in files]


def _days(work: Work) -> set[date]:
    return {day for each in work.erasures.values() for day in each.sessions.values()}


def _warehouse_places(desk: Desk, gone: Gone) -> list[Place]:
    if not purge_duckdb.holds_any(desk.warehouse, gone.keys()):
        return []
    return [file_place("warehouse", desk, desk.warehouse)]


def _contribution_places(work: Work) -> list[Place]:
    ledger, desk = work.desk.contributions, work.desk
    days = ledger.day_files_of(work.forgotten, work.gone.sessions)
    months = ledger.month_files_of(work.forgotten)
    return [
        *(file_place("state/contributions", desk, path) for path in days),
        *(file_place("state/contribution_months", desk, path) for path in months),
    ]


def file_place(kind: str, desk: Desk, path: Path) -> Place:
    status = path.stat()
    reference = path.relative_to(desk.home).as_posix()
    version = str(status.st_mtime_ns)
    return Place(kind, reference, desk.settings.today, status.st_size, version)
