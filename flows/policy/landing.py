"""What a pull has to do, decided from what the source lists and what has landed."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

import msgspec

BATCH_BYTES = 64 << 20
BATCH_OBJECTS = 512
# Transcripts shrink about so much: batches should mean equal work, however stored.
_PACKED_RATIO = 6


class Landed(msgspec.Struct, frozen=True):
    """What became of one version of one object. `refusal` is set when not all of it could be read;
    `cluster_key` names the account only where something did; `refused_at` are reason and byte
    offset of the first refused lines."""

    version: str
    cluster_key: str
    consent: str = ""
    shard: str | None = None
    refusal: str | None = None
    session_dates: tuple[str, ...] = ()
    lines_read: int = 0
    lines_landed: int = 0
    lines_not_event: int = 0
    lines_refused: dict[str, int] = {}
    refused_at: tuple[tuple[str, int], ...] = ()
    kinds: dict[str, int] = {}


class Index(msgspec.Struct):
    """One source folder's day: objects by key, and which objects each shard was written from."""

    objects: dict[str, Landed] = {}
    shards: dict[str, list[str]] = {}


class Item(NamedTuple):
    """A listed object as the workers need it. `timeline` is the account's consent, where needed,
    `erased_at` when the account was erased, if it was."""

    path: str
    version: str
    size: int
    account_id: str
    object_key: str
    cluster_key: str
    consent: str
    timeline: object
    erased_at: datetime | None = None


class PullPlan(NamedTuple):
    parse: list[Item]
    unchanged: int


def plan_pull(items: Iterable[Item], index: Index) -> PullPlan:
    """New and grown objects are parsed, and those whose account's consent changed.

    An object that the source no longer lists stays landed: sources are purged before landing is.
    """
    parse, unchanged = [], 0
    for item in items:
        known = index.objects.get(item.object_key)
        if known and (known.version, known.consent) == (item.version, item.consent):
            unchanged += 1
        else:
            parse.append(item)
    return PullPlan(parse, unchanged)


def batches(items: list[Item]) -> Iterator[list[Item]]:
    """Groups of objects for one worker and one shard, in path order: same input, same groups."""
    group: list[Item] = []
    size = 0
    for item in sorted(items):
        weight = item.size if item.path.endswith(".jsonl") else item.size * _PACKED_RATIO
        if group and (size + weight > BATCH_BYTES or len(group) == BATCH_OBJECTS):
            yield group
            group, size = [], 0
        group.append(item)
        size += weight
    if group:
        yield group


def shard_name(group: list[Item]) -> str:
    """A name that follows from the objects, their versions and their consent alone."""
    digest = blake2b(digest_size=8)
    for item in group:
        digest.update(f"{item.object_key}{item.version}{item.consent}".encode())
    return digest.hexdigest()


def land_anew(tier: str) -> str:
    """The remedy where a tier's landing cannot be read."""
    return (
        f"remove the folder state/{tier}/landed and run again: the window is landed anew from the "
        "source"
    )


def stale_objects(index: Index) -> dict[str, list[str]]:
    """shard → objects whose rows in it were replaced by a later version, or went."""
    stale = {
        shard: [key for key in keys if _shard_of(index, key) != shard]
        for shard, keys in index.shards.items()
    }
    return {shard: keys for shard, keys in stale.items() if keys}


def _shard_of(index: Index, key: str) -> str | None:
    entry = index.objects.get(key)
    return entry.shard if entry else None


def merge(index: Index, results: dict[str, Landed]) -> Index:
    """The index after a pull: the results replace what was known of their objects."""
    shards = {shard: list(keys) for shard, keys in index.shards.items()}
    for key, entry in results.items():
        if entry.shard and key not in shards.setdefault(entry.shard, []):
            shards[entry.shard].append(key)
    return Index(index.objects | results, shards)


def without_objects(index: Index, gone: set[str]) -> Index:
    """The index without what it says of those objects; a shard of nothing else goes with them."""
    shards = {
        shard: [key for key in keys if key not in gone] for shard, keys in index.shards.items()
    }
    return Index(
        {key: entry for key, entry in index.objects.items() if key not in gone},
        {shard: keys for shard, keys in shards.items() if keys},
    )


def without_stale(index: Index) -> Index:
    """The index once the stale objects' rows are out of their shards."""
    stale = stale_objects(index)
    kept = {
        shard: [key for key in keys if key not in stale.get(shard, ())]
        for shard, keys in index.shards.items()
    }
    return Index(index.objects, {shard: keys for shard, keys in kept.items() if keys})


def totals(entries: Iterable[Landed]) -> Counter:
    """Counts under dotted names: `objects.read`, `objects.refused.<reason>`, `lines.read`,
    `lines.landed`, `lines.not_event`, `lines.refused.<reason>`, `events.<kind>`.

    Counters of parts add up to the counter of the whole.
    """
    counts: Counter = Counter()
    for entry in entries:
        counts["objects.read"] += 1
        if entry.refusal:
            counts[f"objects.refused.{entry.refusal}"] += 1
        counts["lines.read"] += entry.lines_read
        counts["lines.landed"] += entry.lines_landed
        counts["lines.not_event"] += entry.lines_not_event
        _add(counts, "lines.refused", entry.lines_refused)
        _add(counts, "events", entry.kinds)
    return counts


def is_accounted_for(counts: Counter) -> bool:
    """read = landed + not an event + refused."""
    refused = sum(count for name, count in counts.items() if name.startswith("lines.refused."))
    return counts["lines.read"] == counts["lines.landed"] + counts["lines.not_event"] + refused


def _add(counts: Counter, prefix: str, more: dict[str, int]) -> None:
    for name, count in more.items():
        counts[f"{prefix}.{name}"] += count
