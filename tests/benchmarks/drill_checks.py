"""What is left at the end of a drill, against what should be."""

import hmac
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from flows import settings as winnow_settings
from flows.policy.receipts import KINDS_WITHOUT_LIMIT
from flows.policy.tiers import Tier
from flows.policy.windows import oldest_kept_date
from flows.settings import Settings, TierSettings
from flows.verifier import accounts
from flows.verifier.residue import files_with_any
from flows.verify_ages import verify_shared, verify_tier
from tests.benchmarks.drill_world import BUCKETS, CONTROL, Session, World


class Findings(NamedTuple):
    """`problems` say kind and number, as a receipt would."""

    problems: list[str]
    places: int
    kinds: int
    versions: int
    expected: int


def check_all(world: World, today: date) -> Findings:
    """After the evening's purge for the day after `today`."""
    problems, places, kinds, versions = [], 0, set(), 0
    reports = [(tier, _report(world, tier)) for tier in BUCKETS]
    reports.append(("shared", verify_shared(_settings(world), world.home / "prefect", anew=True)))
    for scope, report in reports:
        problems += [f"{scope}: {line}" for line in _too_old(report, today)]
        places += len(report.data)
        kinds |= {datum.kind for datum in report.data}
        versions += sum(datum.kind.startswith("source/") for datum in report.data)
    for tier in BUCKETS:
        problems += [f"{tier}: {line}" for line in _of_erased(world, tier, today)]
        problems += [f"{tier}: {line}" for line in _lost_or_left(world, tier, today)]
        problems += [f"{tier}: {line}" for line in _lost_survival(world, tier, today)]
        problems += [f"{tier}: {line}" for line in _exports(world, tier, today)]
    expected = sum(_is_expected(world, each, today) for each in world.sessions)
    return Findings(problems, places, len(kinds), versions, expected)


def _report(world: World, tier: str):
    winnow_settings._bound = None
    environment = world.environment(tier)
    prefix = f"WINNOW_{tier.upper()}__"
    own = {
        name.removeprefix(prefix).lower(): value
        for name, value in environment.items()
        if name.startswith(prefix)
    }
    settings = TierSettings(**own, control=f"s3://{CONTROL}/{tier}")
    return verify_tier(_settings(world), Tier(tier), settings, anew=True)


def _settings(world: World) -> Settings:
    return Settings(home=world.home, today=world.today)


def _too_old(report, today: date) -> Iterator[str]:
    """The purge of the evening was for the day after `today`."""
    limit = date.fromordinal(oldest_kept_date(today).toordinal() + 1).isoformat()
    for finding in report.findings():
        if finding.kind in KINDS_WITHOUT_LIMIT:
            continue
        if finding.oldest and finding.oldest.isoformat() < limit:
            yield f"older than the window: {finding.kind}, {finding.oldest:%Y-%m-%d}"
        if finding.unreadable_count:
            yield f"cannot be read: {finding.kind}"


def _of_erased(world: World, tier: str, today: date) -> Iterator[str]:
    """What is there of erased accounts; what the product put back into its source is its own until
    the window ends. An account that goes on is known by its later sessions, but by no earlier."""
    erased = {account: at for (each, account), at in world.erased.items() if each == tier}
    own = [each for each in world.sessions if each.tier == tier and each.account in erased]
    gone = [each for each in own if each.started < erased[each.account]]
    ids = erased.keys() - {each.account for each in own if _is_expected(world, each, today)}
    keys = world.home / "keys" / tier
    hashes = accounts.account_hashes(keys, ids) | _session_hashes(keys, gone)
    for trace in accounts.traces(world.home, tier, hashes, ids):
        yield f"names an erased account or session: {trace.kind}"
    for path in files_with_any(world.home, [each.words for each in gone]):
        yield f"words of an erased account: {path.relative_to(world.home).parts[0]}"
    left = world.source_keys(tier) & {each.key for each in gone}
    if left := {key for key in left if tier + key not in world.put_back}:
        yield f"{len(left)} source objects of erased accounts"


def _session_hashes(keys: Path, sessions: list[Session]) -> set[str]:
    """The sessions under every key that is left; hashed here, as the rule says it."""
    return {
        hmac.digest(path.read_bytes(), f"session\0{each.name}".encode(), "sha256").hex()[:32]
        for path in keys.glob("*.key")
        for each in sessions
    }


def _lost_or_left(world: World, tier: str, today: date) -> Iterator[str]:
    """Text in landing, session by session."""
    own = [each for each in world.sessions if each.tier == tier]
    expected = {each.words for each in own if _is_expected(world, each, today)}
    files = sorted((world.home / "landing" / tier / "raw").rglob("*.parquet"))
    found = {
        text
        for path in files
        for text in pq.read_table(path, columns=["raw__text"])["raw__text"].to_pylist()
    } - {"done"}
    if lost := expected - found:
        yield f"{len(lost)} sessions are lost, as {min(lost)}"
    if left := found - expected:
        yield f"{len(left)} sessions are left, as {min(left)}"


def _lost_survival(world: World, tier: str, today: date) -> Iterator[str]:
    keys = world.home / "keys" / tier
    files = sorted((world.home / "landing" / tier / "survival").rglob("*.parquet"))
    landed = {key for path in files for key in pq.read_table(path)["session_key"].to_pylist()}
    lost = [
        each for each in world.sessions
        if each.tier == tier and _is_expected(world, each, today) and _has_survival(world, each)
        and landed.isdisjoint(_session_hashes(keys, [each]))
    ]  # fmt: skip
    if lost:
        yield f"survival of {len(lost)} sessions is lost, as of {lost[0].day}"


def _has_survival(world: World, session: Session) -> bool:
    """It is said on the day after, and the runs of that day have read it."""
    said = session.day + timedelta(days=1)
    return any(each.day == said for each in world.sessions) and said <= world.today


def _exports(world: World, tier: str, today: date) -> Iterator[str]:
    """The opt-in export has a row a session that should be there, once anything was exported."""
    root = world.home / "exports" / tier
    if tier != "opt_in" or not root.exists():
        return
    own = [each for each in world.sessions if each.tier == tier]
    expected = sum(_is_expected(world, each, today) for each in own)
    found = sum(pq.read_metadata(path).num_rows for path in root.rglob("*.parquet"))
    if found != expected:
        yield f"{found} exported rows, {expected} expected"


def _is_expected(world: World, session: Session, today: date) -> bool:
    """By the rules as a person would say them; nothing of winnow's own is asked."""
    if session.day <= oldest_kept_date(today):
        return False
    erased = world.erased.get((session.tier, session.account))
    if erased and session.started < erased:
        return False
    if session.tier != "opt_in":
        return True
    said = [(at, state) for account, state, at in world.consent if account == session.account]
    said += [(erased, "revoked")] if erased else []
    before = max((each for each in said if each[0] <= session.started), default=(None, ""))
    is_revoked = any(at > session.started and state == "revoked" for at, state in said)
    return before[1] == "granted" and not is_revoked
