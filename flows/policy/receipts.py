"""The chain of purge receipts: each names the hash of the one before, so that none can change.

A receipt is content-free: counts, bytes and days by kind of place.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, timedelta

from flows.policy.windows import RETENTION_DAYS, oldest_kept_date

FIRST = "0" * 64

# Records about the programme, not about a session: their rules are their own.
KINDS_WITHOUT_LIMIT = (
    "source/control",
    "landing/consent",
    "landing/assignments",
    "state/purge",
    "state/ledger",
    "state/tombstones",
    "state/contribution_months",
)

BROKEN_CHAIN = "the chain of purge receipts is broken: state/purge was changed"


def missed_purge(scope: str, days: list[date]) -> str:
    """The days that were missed, in words with the remedy."""
    days_text = f"{days[0]}" if len(days) == 1 else f"{days[0]} … {days[-1]}"
    return f"{scope}: PURGE MISSED for {days_text}: run `winnow purge --yes`"


def sealed(body: dict, previous: str) -> dict:
    """The receipt with the hash of the one before it and its own."""
    linked = {**body, "previous": previous}
    return {**linked, "hash": _hash(linked)}


def is_chain_whole(receipts: Iterable[dict], head: str) -> bool:
    """True when every link holds and the newest receipt is `head`, or the one right after it.

    The head is written after the receipt: a kill between the two leaves it one behind.
    """
    hashes = [FIRST]
    for receipt in receipts:
        body = {name: value for name, value in receipt.items() if name != "hash"}
        if receipt.get("previous") != hashes[-1] or receipt.get("hash") != _hash(body):
            return False
        hashes.append(receipt["hash"])
    return head in hashes[-2:]


def missed_days(receipts: list[dict], scope: str, oldest: date | None, today: date) -> list[date]:
    """Days up to `today` for which no purge of the scope was done, oldest first.

    Before the first purge ever, the first day due is the one on which the oldest datum expires.
    """
    done = [date.fromisoformat(item["purge_date"]) for item in receipts if item["scope"] == scope]
    if done:
        first = max(done) + timedelta(days=1)
    elif oldest is not None:
        first = oldest + timedelta(days=RETENTION_DAYS)
    else:
        return []
    return [first + timedelta(days=offset) for offset in range((today - first).days + 1)]


def kinds_above_limit(found: Iterable[dict], today: date) -> list[str]:
    """Kinds of place with a datum older than the window."""
    limit = oldest_kept_date(today).isoformat()
    return [
        item["kind"]
        for item in found
        if item["oldest"] and item["oldest"] < limit and item["kind"] not in KINDS_WITHOUT_LIMIT
    ]


def _hash(body: dict) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
