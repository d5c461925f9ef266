"""The steps of an export run: judge, publish or withdraw one day of one export."""

from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from expectations.allowlist import Allowlist, AllowlistError, load_allowlist, path_of
from expectations.gate import check_export
from flows.adapters.exports import ExportStore
from flows.adapters.landed_index import LandedIndex
from flows.adapters.tombstones import ErasedSessions
from flows.adapters.versions import content_versions
from flows.orchestrator import task
from flows.policy.errors import WinnowError
from flows.policy.manifests import manifest
from flows.policy.releases import Check, Outcome, content_key, outcome, released_names
from flows.policy.tiers import Tier


class Release(NamedTuple):
    """What the steps of one tier's export share."""

    tier: Tier
    store: ExportStore
    index: LandedIndex
    erased: ErasedSessions
    today: date
    now: datetime
    allowlist: Allowlist
    allowlists: Path | None
    versions: dict[str, str]


def open_release(
    home: Path,
    tier: Tier,
    today: date,
    now: datetime,
    project_dir: Path,
    allowlists: Path | None = None,
) -> Release:
    """Raises WinnowError (exit code 2) for an allowlist that cannot be used."""
    allowlist = usable_allowlist(tier, allowlists)
    return Release(
        tier=tier,
        store=ExportStore(home, tier),
        index=LandedIndex(home / "state" / tier),
        erased=ErasedSessions(home, tier),
        today=today,
        now=now,
        allowlist=allowlist,
        allowlists=allowlists,
        versions=content_versions(project_dir, path_of(tier, allowlists)),
    )


def usable_allowlist(tier: Tier, allowlists: Path | None = None) -> Allowlist:
    """Raises WinnowError (exit code 2) for one that is not."""
    try:
        return load_allowlist(tier, allowlists)
    except AllowlistError as error:
        failure = WinnowError(error.message, remedy=error.remedy, exit_code=error.exit_code)
    raise failure


@task
def check_day(release: Release, name: str, day: date) -> Check:
    """The gate's word on a candidate, unless it judged the same bytes by the same rules before."""
    key = content_key(release.store.candidate_digests(name, day), release.versions)
    published = release.store.manifest(name, day)
    if published and published.get("content_key") == key:
        return Check(day, key, Outcome.UNCHANGED, None)
    folder = release.store.candidate_folder(name, day)
    verdict = check_export(folder, release.tier, today=release.today, allowlists=release.allowlists)
    rules = {refusal.rule for refusal in verdict.refusals}
    has_record = release.store.has_mechanism_record(name, day)
    return Check(day, key, outcome(rules, has_record), verdict)


@task
def publish_day(release: Release, name: str, check: Check) -> dict:
    """Acts on a check; what it publishes is recorded first, so that a rerun replays it."""
    store, day = release.store, check.day
    if check.outcome is Outcome.UNCHANGED:
        store.sweep(name, day)
    if check.outcome is Outcome.PUBLISHED:
        recorded = store.record(name, day)
        is_replay = recorded is not None and recorded.get("content_key") == check.key
        document = recorded if is_replay else _manifest(release, check)
        store.publish(name, day, document, released_names(check.verdict.files))
    return _entry(release, name, day, check.outcome)


@task
def withdraw_day(release: Release, name: str, day: date) -> dict:
    """Takes back a release whose candidate is gone: its rows were erased or revoked."""
    release.store.withdraw(name, day)
    return _entry(release, name, day, Outcome.WITHDRAWN)


def _manifest(release: Release, check: Check) -> dict:
    is_told = release.tier is Tier.OPT_IN
    superseded = release.store.record(check.verdict.export, check.day)
    return manifest(
        check.verdict,
        release.allowlist,
        day=check.day,
        names=released_names(check.verdict.files),
        key=check.key,
        versions=release.versions,
        source=release.index.totals([check.day]) if is_told else None,
        superseded=superseded if is_told else None,
        erased=release.erased.released(check.day) if is_told else (),
        created_at=release.now,
    )


def _entry(release: Release, name: str, day: date, outcome: Outcome) -> dict:
    """What a summary may show: of a release its size, of a candidate nothing but its name."""
    entry = {"export": name, "date": str(day), "outcome": str(outcome)}
    document = release.store.manifest(name, day)
    if document is None:
        return entry
    shown = {field: document[field] for field in ("rows", "bits_per_row", "key_bits")}
    return {**entry, **shown, "path": str(release.store.export_folder(name, day))}
