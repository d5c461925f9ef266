"""Whether a purge is overdue, by receipts and the index of landing alone: any run can say it."""

from datetime import date

from flows.adapters.landed_index import LandedIndex
from flows.adapters.receipts import Receipts
from flows.policy.receipts import BROKEN_CHAIN, missed_days, missed_purge
from flows.policy.tiers import Tier
from flows.settings import Settings


def missed_purges(settings: Settings) -> list[str]:
    """What is wrong with the purges of the tiers; empty where none is overdue.

    `winnow status` looks at every place; this does not.
    """
    receipts = Receipts(settings.home)
    if not receipts.is_whole():
        return [BROKEN_CHAIN]
    done = receipts.read()
    missed = {
        tier: missed_days(done, tier, _oldest_day(settings, tier), settings.today) for tier in Tier
    }
    return [missed_purge(tier, days) for tier, days in missed.items() if days]


def _oldest_day(settings: Settings, tier: Tier) -> date | None:
    days = LandedIndex(settings.home / "state" / tier).days()
    return date.fromisoformat(days[0]) if days else None
