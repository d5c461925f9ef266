"""The pull of one tier: what changed in its source becomes landing. Three flows call it."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from datetime import date, datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from flows.adapters.files import remove_drafts
from flows.adapters.keys import KeyRing
from flows.adapters.landed_index import LandedIndex
from flows.adapters.landing import drop_objects, drop_shards_except
from flows.adapters.progress import progress
from flows.adapters.sources import Source, open_source
from flows.adapters.streams import is_transcript_name
from flows.adapters.tombstones import ErasedSessions
from flows.adapters.workers import in_workers
from flows.land_control import land_control, land_survival
from flows.orchestrator import task
from flows.policy.consent import NO_CONSENT, Timeline, fingerprint
from flows.policy.errors import WinnowError
from flows.policy.landing import (
    Index,
    Item,
    Landed,
    batches,
    is_accounted_for,
    merge,
    plan_pull,
    stale_objects,
    totals,
    without_stale,
)
from flows.policy.places import staging_folder
from flows.policy.tiers import Tier
from flows.policy.windows import clip_to_window, dates_between, oldest_kept_date, window_dates
from flows.pull_batch import Job, pull_batch
from flows.registry import live_tombstones, read_registry, with_erasures
from flows.settings import Settings, TierSettings, load_settings, load_tier_settings


class Pull(NamedTuple):
    """All that the steps of one tier's pull share. `erased` are accounts by their hash and when
    they were erased, `contradictory` counts consent events whose repetition says otherwise."""

    tier: Tier
    settings: Settings
    tier_settings: TierSettings
    source: Source
    keys: KeyRing
    index: LandedIndex
    consent: dict[str, Timeline] | None
    contradictory: int
    erased: dict[str, datetime]
    erased_sessions: set[str]

    @property
    def landing(self) -> Path:
        return self.settings.home / "landing" / self.tier

    @property
    def staging(self) -> Path:
        return staging_folder(self.settings.home, self.tier)


def pull_tier(tier: Tier, day: date, first: date | None = None) -> dict:
    """Lands what changed in the source folders `first` … `day` (the window's, by default).

    Returns counts only: this run's and the window's. Raises WinnowError where the source cannot
    be read at all; objects that cannot be read are set aside and counted.
    """
    pull = _open(tier)
    span = clip_to_window(first or oldest_kept_date(pull.settings.today), day, pull.settings.today)
    control = land_control(pull)
    settle_landing(pull)
    listed = set(pull.source.folders("sessions"))
    days = [str(each) for each in dates_between(*span)] if span else []
    run = pull_days(pull, [each for each in days if each in listed])
    control += land_survival(pull)
    window = pull.index.totals(window_dates(pull.settings.today))
    _check_sum(run, window)
    return {"run": dict(run), "window": dict(window), "control": dict(control)}


@task
def settle_landing(pull: Pull) -> None:
    """Clears what a killed pull left: drafts, shards that no index names, replaced rows."""
    remove_drafts(pull.landing)
    drop_shards_except(pull.landing, pull.index.shards())
    for day in pull.index.days():
        _drop_replaced(pull, day, pull.index.load(day))


@task(retries=2)
def pull_days(pull: Pull, days: list[str]) -> Counter:
    """Parses the changed objects of the source folders; a folder's index is written when all of
    its objects are through, so that a killed pull goes on where it stopped."""
    listed = {day: _items(pull, day) for day in days}
    wanted = {day: [item for item in listed[day] if not is_erased(item, day)] for day in days}
    plans = {day: plan_pull(wanted[day], pull.index.load(day)) for day in days}
    work = [(day, group) for day in days for group in batches(plans[day].parse)]
    counts = Counter({"objects.unchanged": sum(plan.unchanged for plan in plans.values())})
    counts["objects.refused.erased"] = sum(len(listed[day]) - len(wanted[day]) for day in days)
    found = zip(work, _run(pull, [group for _, group in work]), strict=True)
    for day, parts in groupby(found, key=lambda part: part[0][0]):
        results = {key: entry for _, part in parts for key, entry in part.items()}
        counts += _commit(pull, day, plans[day].parse, results)
    return +counts


def _open(tier: Tier) -> Pull:
    settings = load_settings()
    own = load_tier_settings(tier, settings)
    source = open_source(own.source, own, create=settings.owns(own.source))
    source.check()
    keys = KeyRing(settings.home / "keys" / tier)
    consent, contradictory = None, 0
    if tier is Tier.OPT_IN:
        consent, contradictory = read_registry(settings, own, tier)
    erased = live_tombstones(settings, tier, keys, consent)
    return Pull(
        tier=tier,
        settings=settings,
        tier_settings=own,
        source=source,
        keys=keys,
        index=LandedIndex(settings.home / "state" / tier),
        consent=consent if consent is None else with_erasures(consent, erased, keys),
        contradictory=contradictory,
        erased=erased,
        erased_sessions=ErasedSessions(settings.home, tier).keys(),
    )


def is_erased(item: Item, day: str) -> bool:
    """Whether the object is refused unread: its source day is over when the account was erased."""
    return item.erased_at is not None and day < str(item.erased_at.date())


def _items(pull: Pull, day: str) -> list[Item]:
    found = pull.source.objects(f"sessions/{day}")
    return [_item(pull, listed) for listed in found if is_transcript_name(listed.path)]


def _item(pull: Pull, listed) -> Item:
    account = listed.path.split("/")[2]
    timeline = None if pull.consent is None else pull.consent.get(account, NO_CONSENT)
    cluster_key = pull.keys.control_key("account", account)
    erased_at = pull.erased.get(cluster_key)
    return Item(
        listed.path,
        pull.keys.control_key("version", listed.version),
        listed.size,
        account,
        pull.keys.control_key("object", listed.path),
        cluster_key,
        _decided_by(timeline, erased_at, pull.settings.now),
        timeline,
        erased_at,
    )


def _decided_by(timeline: Timeline | None, erased_at: datetime | None, now: datetime) -> str:
    """Changes when what may land of the account changes."""
    consent = "" if timeline is None else fingerprint(timeline, now)
    return f"{consent};erased@{erased_at.isoformat()}" if erased_at else consent


def _run(pull: Pull, groups: list[list[Item]]) -> Iterator[dict[str, Landed | None]]:
    """The batches' results in order; in this process where one is to be at work at a time."""
    settings = pull.settings
    job = Job(settings.home, pull.tier, settings.today, settings.now, pull.source)
    work = partial(pull_batch, job)
    workers = min(settings.workers, len(groups))
    if workers < 2:
        yield from map(work, groups)
        return
    modules = [pull_batch.__module__, type(pull.source).__module__]
    try:
        results = in_workers(work, groups, workers, modules)
        yield from progress(results, f"{pull.tier}: reading", len(groups))
        return
    except BrokenProcessPool:
        tier = pull.tier
    raise WinnowError(
        f"a process that read transcripts of {tier} was ended from outside",
        remedy="run the same command again: finished days are kept; if memory ran out, lower "
        "WINNOW_WORKERS",
    )


def _commit(pull: Pull, day: str, items: list[Item], results: dict) -> Counter:
    """What could not be fetched is set aside by reference; the index is written last."""
    readable = {key: entry for key, entry in results.items() if entry is not None}
    unreadable = [item for item in items if item.object_key not in readable]
    for item in unreadable:
        pull.index.set_aside(day, item)
    pull.index.release(readable)
    index = merge(pull.index.load(day), readable)
    pull.index.save(day, index)
    _drop_replaced(pull, day, index)
    return totals(readable.values()) + Counter({"objects.set_aside": len(unreadable)})


def _drop_replaced(pull: Pull, day: str, index: Index) -> None:
    stale = stale_objects(index)
    for shard, objects in stale.items():
        drop_objects(pull.landing, shard, objects)
    if stale:
        pull.index.save(day, without_stale(index))


def _check_sum(*counts: Counter) -> None:
    if not all(is_accounted_for(found) for found in counts):
        raise WinnowError(
            "lines read differ from landed + not an event + refused",
            remedy="this is a defect of the reader: report it; nothing was built from this pull",
        )
