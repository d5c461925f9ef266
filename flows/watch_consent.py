"""Watches the registry: what consent no longer covers is erased wherever it went.

Runs after the pull, which decides what its source still has; here goes what the source has no more,
what was built and released from it, and the source's own objects where winnow purges them.
"""

from flows.adapters import purge_duckdb
from flows.adapters.landed_index import LandedIndex
from flows.adapters.tombstones import Erasure, Erasures, Tombstones
from flows.erase_account import open_desk
from flows.erase_traces import erase_traces, plan_summary
from flows.find_traces import Desk, Timelines, prepare, taken_back_accounts
from flows.orchestrator import flow
from flows.policy.tiers import Tier, check_tier
from flows.registry import read_registry, with_erasures


@flow
def watch_consent(tier: str) -> dict:
    """Erases what was revoked since the last run, and finishes erasures that were killed.

    Belongs to the tier's run, which holds its lock. Returns counts by kind.
    """
    desk = open_desk(check_tier(tier))
    timelines = _timelines(desk)
    begun = Erasures(desk.home, desk.tier).load()
    erasures = _revoked(desk, timelines) | begun
    erasures = {
        account: each
        for account, each in erasures.items()
        if each.erased_at or each.account_id in timelines
    }
    if not erasures:
        return {"kinds": [], "accounts": 0}
    work = prepare(desk, erasures, timelines)
    if not (work.plan.places or begun):
        return plan_summary(work.plan) | {"accounts": 0}
    return erase_traces(work) | {"accounts": len(erasures)}


def _timelines(desk: Desk) -> Timelines:
    if desk.tier is not Tier.OPT_IN:
        return {}
    registry, _ = read_registry(desk.settings, desk.own, desk.tier)
    erased = Tombstones(desk.home, desk.tier).load()
    return with_erasures(registry, erased, desk.keys)


def _revoked(desk: Desk, timelines: Timelines) -> dict[str, Erasure]:
    """Accounts with a revocation in force of which anything is known, by hash."""
    now = desk.settings.now
    revoked = {account for account, each in timelines.items() if each.has_revocation(now)}
    if not revoked:
        return {}
    known = _known_accounts(desk)
    hashes = {desk.keys.control_key("account", account): account for account in revoked}
    found = {each: account for each, account in hashes.items() if each in known}
    found |= {
        desk.keys.control_key("account", account): account
        for account in revoked & taken_back_accounts(desk)
    }
    return {each: Erasure(account) for each, account in found.items()}


def _known_accounts(desk: Desk) -> set[str]:
    """Hashes of the accounts that landed, were built or were released."""
    index = LandedIndex(desk.home / "state" / desk.tier)
    landed = {
        entry.cluster_key for day in index.days() for entry in index.load(day).objects.values()
    }
    return landed | desk.contributions.accounts() | purge_duckdb.clusters_in(desk.warehouse)
