"""The erasure of one account in one tier, on the account's own word: all of it, until now.

The flow is given the account's hash, never its id: orchestrators store parameters. The id stands in
`state/<tier>/erasing/` until the erasure is done.
"""

import io
import json
from hashlib import sha256

from flows.adapters.keys import KeyRing
from flows.adapters.locks import tier_lock
from flows.adapters.sources import open_source
from flows.adapters.tombstones import Erasure, Erasures
from flows.erase_traces import erase_traces, plan_summary
from flows.find_traces import Desk, Work, prepare
from flows.orchestrator import flow, redacted
from flows.policy.accounts import check_account
from flows.policy.erasure import check_same_erasure
from flows.policy.tiers import Tier
from flows.registry import check_tombstones_known
from flows.settings import Settings, load_settings, load_tier_settings


@flow
def erase_account(tier: str, account: str) -> dict:
    """Finishes the erasure that is noted under the account's hash. Returns counts by kind."""
    desk = open_desk(Tier(tier))
    with tier_lock(desk.home, tier, desk.settings.lock_seconds):
        begun = Erasures(desk.home, tier).load()
        return erase_traces(prepare(desk, {account: begun[account]}, {}))


@redacted
def erase(tier: Tier, account_id: str, checksum: str = "", execute: bool = False) -> dict:
    """Plans, and with `execute` or the plan's checksum carries it out. Returns counts by kind.

    Raises WinnowError (exit code 2) for an id that cannot be one, and for another checksum.
    """
    check_account(account_id)
    desk = open_desk(tier)
    account = desk.keys.control_key("account", account_id)
    with tier_lock(desk.home, tier, desk.settings.lock_seconds):
        work = _plan(desk, account, account_id)
        if checksum:
            check_same_erasure(work.plan, checksum)
        if not (execute or checksum):
            return plan_summary(work.plan)
        Erasures(desk.home, tier).begin(account, work.erasures[account])
    done = erase_account(tier, account)
    return done | {"registry": _withdraw_consent(desk.settings, tier, account_id)}


def open_desk(tier: Tier) -> Desk:
    settings = load_settings()
    own = load_tier_settings(tier, settings)
    keys = KeyRing(settings.home / "keys" / tier)
    check_tombstones_known(settings.home, tier, keys)
    return Desk(tier, settings, own, keys)


def _plan(desk: Desk, account: str, account_id: str) -> Work:
    """What an erasure that was killed had found counts as found."""
    begun = Erasures(desk.home, desk.tier).load().get(account)
    erasure = Erasure(account_id, desk.settings.now, begun.sessions if begun else {})
    return prepare(desk, {account: erasure}, {})


def _withdraw_consent(settings: Settings, tier: Tier, account_id: str) -> str:
    """Records the revocation where the registry is winnow's own folder; elsewhere the product has
    to: until then the tombstone stands for it."""
    own = load_tier_settings(tier, settings)
    if tier is not Tier.OPT_IN:
        return "not needed"
    if not settings.owns(own.control):
        return "to be recorded by the product"
    at = settings.now.isoformat()
    event = {
        "event_id": f"erase-{sha256(f'{account_id} {at}'.encode()).hexdigest()[:16]}",
        "account_id": account_id,
        "programme": "opt_in",
        "state": "revoked",
        "effective_at": at,
        "recorded_at": at,
    }
    control = open_source(own.control, own, create=True)
    line = json.dumps(event).encode() + b"\n"
    control.put(f"consent/{event['event_id']}.jsonl", io.BytesIO(line))
    return "revocation recorded"
