"""What a tier may know of its accounts before it lands anything: their consent, their erasures."""

from collections import Counter
from datetime import datetime
from pathlib import Path

from flows.adapters.control import read_consent
from flows.adapters.keys import KeyRing
from flows.adapters.sources import open_source
from flows.adapters.tombstones import Tombstones
from flows.policy.consent import Timeline, resolve, settled
from flows.policy.erasure import is_tombstone_needed
from flows.policy.errors import WinnowError
from flows.policy.places import staging_folder
from flows.policy.tiers import Tier
from flows.policy.wording import counted
from flows.settings import Settings, TierSettings


def read_registry(
    settings: Settings, own: TierSettings, tier: Tier
) -> tuple[dict[str, Timeline], int]:
    """Accounts' consent, and how many event ids stand for different contents.

    A line that cannot be read may be a revocation: nothing lands until it is mended.
    """
    refused: Counter = Counter()
    control = open_source(own.control, own, create=settings.owns(own.control))
    staging = staging_folder(settings.home, tier)
    events, contradictory = settled(read_consent(control, refused, staging))
    if refused:
        raise WinnowError(
            f"the consent registry of {tier} has {counted(refused.total(), 'line')} that cannot be "
            "read",
            remedy="mend or complete what is there: each may be a revocation, so nothing is landed",
        )
    return resolve(events), contradictory


def check_tombstones_known(home: Path, tier: Tier, keys: KeyRing) -> None:
    """Raises WinnowError where tombstones are left and the key that they are named by is not: with
    a new key every erased account would pass."""
    if keys.has_control() or not Tombstones(home, tier).load():
        return
    raise WinnowError(
        f"keys/{tier}/control.key is missing, so accounts that were erased cannot be told apart",
        remedy="bring it back from a backup; if there is none, move the tier's tombstones away and "
        "erase those accounts again before anything lands",
    )


def live_tombstones(
    settings: Settings, tier: Tier, keys: KeyRing, registry: dict[str, Timeline] | None
) -> dict[str, datetime]:
    """Erased accounts by hash, and when; the tombstones that nothing needs any more go."""
    check_tombstones_known(settings.home, tier, keys)
    tombstones = Tombstones(settings.home, tier)
    found = tombstones.load()
    if not found:
        return {}
    said = {keys.control_key("account", each): line for each, line in (registry or {}).items()}
    for account, erased_at in list(found.items()):
        if not is_tombstone_needed(erased_at, settings.today, said.get(account)):
            tombstones.remove(account)
            del found[account]
    return found


def with_erasures(
    registry: dict[str, Timeline], erased: dict[str, datetime], keys: KeyRing
) -> dict[str, Timeline]:
    """An erasure ends consent, whatever the registry says; a word after it counts again."""
    if not erased:
        return registry
    instants = {each: erased.get(keys.control_key("account", each)) for each in registry}
    return {
        account: timeline.revoked_at(account, instants[account]) if instants[account] else timeline
        for account, timeline in registry.items()
    }
