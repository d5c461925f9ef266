"""Canaries: words that no one typed, planted as a session's text, and looked for everywhere else.

A run with canaries builds twice: with the planted session up to the candidates, which are searched
with every artefact; then without it, for what is published. The next run removes what a killed one
has left.
"""

from datetime import datetime, time
from pathlib import Path

from flows.adapters.exports import ExportStore
from flows.adapters.keys import KeyRing
from flows.adapters.landed_index import LandedIndex
from flows.adapters.landing import ShardWriter, drop_shards_except, write_table
from flows.adapters.planted import SHARD, consent_file
from flows.orchestrator import flow
from flows.policy.canaries import canary_rows, canary_texts
from flows.policy.errors import WinnowError
from flows.policy.schemas import CONSENT, EVENTS
from flows.policy.tiers import Tier
from flows.purge_expired import prefect_home
from flows.settings import Settings, load_settings
from flows.verifier.residue import files_with_any


@flow
def plant_canaries(tier: Tier) -> dict:
    """Lands one session whose every raw field is a canary. Returns how many were planted."""
    settings = load_settings()
    keys = KeyRing(settings.home / "keys" / tier)
    landing = settings.home / "landing" / tier
    rows = canary_rows(_texts(settings, tier), keys.epoch_key, settings.today)
    with ShardWriter(landing, SHARD) as writer:
        writer.add(list(zip(*rows, strict=True)), 0)
    if tier is Tier.OPT_IN:
        account_key = rows[0][list(EVENTS).index("account_key")]
        granted = (account_key, "granted", datetime.combine(settings.today, time()))
        write_table(consent_file(landing), [granted], CONSENT)
    return {"planted": len(rows)}


@flow
def search_canaries(tier: Tier) -> dict:
    """Looks into every file outside the raw zone, decoded. Returns the number of files.

    Raises WinnowError naming the files that hold a canary, by zone and name, and the kinds of
    canary in each; a published export among them is withdrawn first.
    """
    settings = load_settings()
    roots = _searched(settings.home, tier)
    texts = _texts(settings, tier)
    hits = [path for root in roots for path in files_with_any(root, texts.values())]
    places = [f"{_place(settings.home, path)} ({_kinds(path, texts)})" for path in sorted(hits)]
    _withdraw(settings.home, tier, hits)
    if hits:
        raise WinnowError(
            f"planted canaries of {tier} were found in {', '.join(places)}",
            remedy="text reaches these files; an export among them was withdrawn. `winnow check` "
            "names the model, `winnow check --twins` the column",
        )
    return {"places": len(roots)}


@flow
def remove_canaries(tier: Tier) -> dict:
    """Takes the planted session out of landing; the build that follows knows nothing of it."""
    settings = load_settings()
    landing = settings.home / "landing" / tier
    consent_file(landing).unlink(missing_ok=True)
    index = LandedIndex(settings.home / "state" / tier)
    return {"removed": drop_shards_except(landing, index.shards())}


def _texts(settings: Settings, tier: Tier) -> dict[str, str]:
    keys = KeyRing(settings.home / "keys" / tier)
    return canary_texts(keys.control_key("canary", str(settings.today)))


def _searched(home: Path, tier: Tier) -> list[Path]:
    """Everything of the tier but its raw zone, and what no tier owns."""
    landing = [path for path in (home / "landing" / tier).glob("*") if path.name != "raw"]
    folders = [home / zone / tier for zone in ("candidates", "exports", "state")]
    warehouse = list((home / "warehouse").glob(f"*{tier}.duckdb*"))
    shared = [home / "state" / "purge", home / "state" / "dbt-compiled", prefect_home(home)]
    return [path for path in (*landing, *folders, *warehouse, *shared) if path.exists()]


def _place(home: Path, path: Path) -> str:
    """Prefect's records may be kept elsewhere."""
    return str(path.relative_to(home) if path.is_relative_to(home) else path)


def _kinds(path: Path, texts: dict[str, str]) -> str:
    return ", ".join(kind for kind, text in texts.items() if files_with_any(path, [text]))


def _withdraw(home: Path, tier: Tier, hits: list[Path]) -> None:
    store = ExportStore(home, tier)
    for name in store.names():
        for day in store.released_days(name):
            if any(store.export_folder(name, day) in path.parents for path in hits):
                store.withdraw(name, day)
