"""Runs the verifier over one scope: a tier's source, control data and folders, or the rest."""

from pathlib import Path

from flows.policy.tiers import Tier
from flows.settings import TierSettings
from flows.verifier.folders import shared_data, source_data, tier_data
from flows.verifier.memory import Memory
from flows.verifier.report import Report


def verify_tier(home: Path, tier: Tier, settings: TierSettings, *, anew: bool = False) -> Report:
    """Every datum of the tier. `anew` decodes everything, also what has not changed since."""
    memory = Memory(None if anew else home / "state" / tier / "verified.json")
    report = Report(list(tier_data(home, tier, memory)))
    for url, kind in ((settings.source, "source"), (settings.control, "source/control")):
        report.data.extend(_source(url, kind, settings, memory))
    memory.save()
    return report


def verify_shared(home: Path, prefect_home: Path, *, anew: bool = False) -> Report:
    """What no tier owns, Prefect's records included."""
    memory = Memory(None if anew else home / "state" / "purge" / "verified.json")
    report = Report(list(shared_data(home, tuple(Tier), prefect_home, memory)))
    memory.save()
    return report


def _source(url: str, kind: str, settings: TierSettings, memory: Memory):
    if not url.startswith("s3://"):
        return source_data(Path(url).expanduser().absolute(), kind, memory)
    from flows.adapters.s3 import make_client
    from flows.verifier.buckets import bucket_data

    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    return bucket_data(make_client(settings), bucket, prefix, kind, memory)
