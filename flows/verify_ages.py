"""Runs the verifier over one scope: a tier's source, control data and folders, or the rest."""

from pathlib import Path

from flows.policy.places import bucket_of
from flows.policy.tiers import Tier
from flows.settings import Settings, TierSettings
from flows.verifier.folders import shared_data, source_data, tier_data
from flows.verifier.memory import Memory
from flows.verifier.report import Report


def verify_tier(settings: Settings, tier: Tier, own: TierSettings, *, anew: bool = False) -> Report:
    """Every datum of the tier. `anew` decodes everything, also what has not changed since."""
    memory = _memory(settings, tier, anew)
    data = list(tier_data(settings.home, tier, memory))
    for url, kind in ((own.source, "source"), (own.control, "source/control")):
        data.extend(_source(url, kind, own, memory))
    memory.save()
    return Report(data, memory.evidence())


def verify_shared(settings: Settings, prefect_home: Path, *, anew: bool = False) -> Report:
    """What no tier owns, Prefect's records included."""
    memory = _memory(settings, "purge", anew)
    data = list(shared_data(settings.home, tuple(Tier), prefect_home, memory))
    memory.save()
    return Report(data, memory.evidence())


def _memory(settings: Settings, folder: str, anew: bool) -> Memory:
    path = settings.home / "state" / folder / "verified.json"
    return Memory(None if anew else path, settings.today)


def _source(url: str, kind: str, settings: TierSettings, memory: Memory):
    bucket = bucket_of(url)
    if bucket is None:
        return source_data(Path(url).expanduser().absolute(), kind, memory)
    from flows.adapters.s3 import make_client
    from flows.verifier.buckets import bucket_data

    return bucket_data(make_client(settings), *bucket, kind, memory)
