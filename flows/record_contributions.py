"""Books what was published to the accounts that it came from: the contribution ledger."""

from datetime import date

from flows.adapters.contribution_ledger import ContributionLedger
from flows.adapters.exports import ExportStore
from flows.adapters.keys import KeyRing
from flows.adapters.purge_duckdb import accounts_of
from flows.erase_releases import sessions_in_file
from flows.orchestrator import redacted, task
from flows.policy.tiers import Tier, leaves_as_rows
from flows.settings import Settings, load_settings


@task
def record_contributions(settings: Settings, tier: Tier, exports: list[dict]) -> None:
    """Adds the sessions of the days in force to the ledger; each counts once, however often its
    day is published. `exports` are entries of an export run's summary."""
    if not leaves_as_rows(tier):
        return
    store = ExportStore(settings.home, tier)
    ledger = ContributionLedger(settings.home, tier)
    accounts = None
    for entry in exports:
        name, day = entry["export"], date.fromisoformat(entry["date"])
        sessions = _sessions(store, name, day)
        if sessions and accounts is None:
            accounts = accounts_of(settings.home / "warehouse" / f"{tier}.duckdb")
        ledger.record(name, day, [(accounts[key], key) for key in sessions if key in accounts])


@redacted
def counts_of(account_id: str) -> dict[str, dict[str, int]]:
    """month → export → sessions of the opt-in account; empty where there never was a key."""
    settings = load_settings()
    folder = settings.home / "keys" / Tier.OPT_IN
    if not (folder / "control.key").exists():
        return {}
    account = KeyRing(folder).control_key("account", account_id)
    return ContributionLedger(settings.home, Tier.OPT_IN).counts(account)


def _sessions(store: ExportStore, name: str, day: date) -> set[str]:
    document = store.manifest(name, day)
    files = [each["name"] for each in document["files"]] if document else []
    folder = store.export_folder(name, day)
    return {key for file in files for key in sessions_in_file(folder / file)}
