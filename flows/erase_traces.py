"""Carries an erasure out: note, delete, look again with other code, receipt.

What is to go is noted before the first deletion, so that an erasure that was killed is finished by
the next one, or by the next daily run.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from flows.adapters import erase_landing, purge_duckdb, purge_files
from flows.adapters.landed_index import LandedIndex
from flows.adapters.landing import drop_shards_except
from flows.adapters.llm_cache import LlmCache
from flows.adapters.receipts import Receipts
from flows.adapters.tombstones import ErasedSessions, Erasures, Tombstones
from flows.erase_releases import (
    release_anew,
    remove_candidates,
    sessions_in_file,
    withdraw_draws,
)
from flows.export_days import open_release
from flows.find_traces import Desk, Work
from flows.policy.erasure import KINDS, ErasurePlan
from flows.policy.errors import WinnowError
from flows.policy.places import bucket_of
from flows.policy.retention import Place
from flows.purge_expired import source_purge
from flows.verifier import accounts as verifier

_Deleters = dict[str, Callable[[list[Place]], object]]
# A count by month is no session: it stays when consent is taken back, and is owed.
_STAYS_WITHOUT_CONSENT = "state/contribution_months"


def erase_traces(work: Work) -> dict:
    """Executes the plan. Returns counts by kind; raises WinnowError when a trace is left."""
    witness = _Witness(work)
    before = witness.count()
    _note(work)
    deleters = _deleters(work)
    leftovers = _remove_leftovers(work.desk)
    for kind in KINDS:
        if places := work.plan.of_kind(kind):
            deleters[kind](places)
    after = witness.count()
    _write_receipt(work, leftovers, before, after)
    if after:
        raise WinnowError(
            f"after the erasure in {work.desk.tier} the verifier still finds the account in: "
            f"{', '.join(sorted(after))}",
            remedy="erase again; if it stays, these places hold what no rule covers: "
            "flows/policy/erasure.py lists the rules",
        )
    for account in work.erasures:
        Erasures(work.desk.home, work.desk.tier).end(account)
    return plan_summary(work.plan) | {"after": after}


def plan_summary(plan: ErasurePlan) -> dict:
    """Counts by kind with the plan's checksum; nothing of a reference."""
    kinds = [kind._asdict() for kind in plan.summary()]
    return {"tier": str(plan.tier), "checksum": plan.checksum, "kinds": kinds}


class _Witness:
    """The verifier's view: what it knows of the accounts before anything is deleted."""

    def __init__(self, work: Work) -> None:
        desk = work.desk
        self.work = work
        self.hashes = verifier.account_hashes(desk.home / "keys" / desk.tier, work.account_ids)
        sessions = verifier.sessions_of(desk.home, desk.tier, self.hashes)
        self.values = {*self.hashes, *sessions, *work.gone.sessions}

    def count(self) -> dict[str, int]:
        """Places by kind that name the accounts or their sessions."""
        work, desk = self.work, self.work.desk
        found = verifier.traces(desk.home, desk.tier, self.values, work.account_ids)
        found += _source_traces(desk, {work.erasures[each].account_id for each in work.forgotten})
        counts = Counter(trace.kind for trace in found)
        if work.whole - work.forgotten:
            counts.pop(_STAYS_WITHOUT_CONSENT, None)
        return dict(counts)


def _source_traces(desk: Desk, account_ids: set[str]) -> list:
    if desk.own.source_purge == "product" or not account_ids:
        return []
    bucket = bucket_of(desk.own.source)
    if bucket is None:
        folder = Path(desk.own.source).expanduser().absolute()
        return verifier.source_traces(folder, account_ids)
    from flows.adapters.s3 import make_client

    return verifier.bucket_traces(make_client(desk.own), *bucket, account_ids)


def _remove_leftovers(desk: Desk) -> int:
    """What killed processes left; also shards that no index names, whose sessions nothing knows."""
    landing = desk.home / "landing" / desk.tier
    shards = LandedIndex(desk.home / "state" / desk.tier).shards()
    drafts = purge_files.remove_leftovers(desk.home, desk.tier)
    return drafts + drop_shards_except(landing, shards)


def _note(work: Work) -> None:
    """First the sessions, so that nothing is forgotten; then what stops them from returning."""
    where = (work.desk.home, work.desk.tier)
    for account, erasure in work.erasures.items():
        Erasures(*where).begin(account, erasure)
        if erasure.erased_at:
            Tombstones(*where).add(account, erasure.erased_at)
    released = _released_sessions(work)
    days: dict = {}
    for erasure in work.erasures.values():
        for key, day in erasure.sessions.items():
            days.setdefault(day, set()).add(key)
    for day, keys in sorted(days.items()):
        ErasedSessions(*where).add(day, keys, keys & released)


def _released_sessions(work: Work) -> set[str]:
    found = {
        key
        for place in work.plan.of_kind("exports")
        for key in sessions_in_file(work.desk.home / place.reference)
    }
    known = work.desk.contributions.sessions(set(work.erasures))
    return found | {key for sessions in known.values() for key in sessions}


def _deleters(work: Work) -> _Deleters:
    desk, gone = work.desk, work.gone
    home, tier = desk.home, desk.tier
    rows = dict.fromkeys(
        [kind for kind in KINDS if kind.startswith("landing/")],
        lambda places: erase_landing.remove_rows(home, places, gone),
    )
    # Whole files: a session stands there under every live epoch's key, and the next pull writes
    # them anew without it.
    rows["landing/survival"] = lambda places: purge_files.delete_files(home, places)
    source = source_purge(desk.own)
    if source is not None:
        rows |= dict.fromkeys(("source/sessions", "source/uploads"), source.delete)
    return rows | {
        "state/landed": lambda _: erase_landing.remove_from_index(home, tier, gone),
        "state/quarantine": lambda places: purge_files.delete_files(home, places),
        "state/llm_bits": lambda _: LlmCache(home, tier).forget(gone.sessions),
        "candidates": lambda places: remove_candidates(home, places),
        "warehouse": lambda _: purge_duckdb.rebuild_without(desk.warehouse, gone.keys()),
        "exports": lambda places: _release_anew(work, places),
        "state/draws": lambda places: withdraw_draws(home, tier, places),
        "state/contributions": lambda _: _settle_contributions(work),
        "state/contribution_months": lambda _: desk.contributions.forget(work.forgotten),
    }


def _release_anew(work: Work, places: list[Place]) -> None:
    settings = work.desk.settings
    release = open_release(
        settings.home, work.desk.tier, settings.today, settings.now, settings.project_dir
    )
    release_anew(release, places, work.gone.sessions)


def _settle_contributions(work: Work) -> None:
    """An erased account's are forgotten; who took consent back keeps the count by month."""
    ledger = work.desk.contributions
    ledger.forget(work.forgotten)
    ledger.close_sessions(work.gone.sessions)


def _write_receipt(work: Work, leftovers: int, before: dict, after: dict) -> None:
    settings = work.desk.settings
    Receipts(settings.home).append(
        {
            "at": settings.now.isoformat(timespec="seconds"),
            # Not a purge's scope: an erasure does not stand for a day's purge.
            "scope": f"{work.desk.tier}/erasure",
            **plan_summary(work.plan),
            "accounts": len(work.erasures),
            "leftovers": leftovers,
            "before": before,
            "after": after,
        }
    )
