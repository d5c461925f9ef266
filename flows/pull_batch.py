"""One worker's share of a pull: a batch of source objects becomes one shard of landing."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from flows.adapters.keys import KeyRing
from flows.adapters.landing import ShardWriter
from flows.adapters.sources import Source, SourceObject
from flows.adapters.streams import Lines
from flows.orchestrator import redacted
from flows.policy.admission import Admission, rules_for
from flows.policy.errors import TransientError
from flows.policy.landing import Item, Landed, shard_name
from flows.policy.places import staging_folder
from flows.policy.pseudonyms import record_hasher
from flows.pull_rows import RowMaker, chunks
from flows.readers import Keys, TranscriptReader, iter_lines


class Job(NamedTuple):
    """What a worker process needs besides its batch; the same for all batches of a pull."""

    home: Path
    tier: str
    today: date
    now: datetime
    source: Source


@redacted
def pull_batch(job: Job, group: list[Item]) -> dict[str, Landed | None]:
    """Parses the group's objects and writes their shard. Returns object key → what became of it,
    None for an object that could not be fetched; that does not stop the others.
    """
    keys = KeyRing(job.home / "keys" / job.tier)
    shard = shard_name(group)
    with ShardWriter(job.home / "landing" / job.tier, shard) as writer:
        return {
            item.object_key: _pull_object(job, keys, writer, item, stored) if stored else None
            for item, stored in _fetched(job, group)
        }


def _fetched(job: Job, group: list[Item]) -> Iterator[tuple[Item, BinaryIO | None]]:
    """The group's objects in order, a few fetched ahead."""
    source, staging = job.source, staging_folder(job.home, job.tier)

    def fetch(item: Item) -> BinaryIO | None:
        try:
            return source.fetch(SourceObject(item.path, item.version, item.size), staging)
        except TransientError:
            return None

    if source.connections == 1:
        yield from ((item, fetch(item)) for item in group)
        return
    with ThreadPoolExecutor(source.connections) as pool:
        waiting = iter(group)
        while ahead := list(islice(waiting, source.connections)):
            yield from zip(ahead, pool.map(fetch, ahead), strict=True)


def _pull_object(
    job: Job, keys: KeyRing, writer: ShardWriter, item: Item, stored: BinaryIO
) -> Landed:
    hash_record = record_hasher(keys.control)
    admission = Admission(rules_for(job.today, job.now, item.timeline, item.erased_at))
    reader = TranscriptReader(Keys(hash_record, hash_record), admission.refusal)
    rows = RowMaker(keys, item, admission)
    with stored:
        lines = Lines(item.path, stored)
        for chunk in chunks(reader.read(iter_lines(lines))):
            writer.add(rows.make(chunk.events), chunk.characters)
    refusal = None if reader.format else "unknown_format"
    return _landed(
        item, writer.name, reader, rows, "broken_compression" if lines.is_broken else refusal
    )


def _landed(item: Item, shard: str, reader, rows: RowMaker, refusal: str | None) -> Landed:
    tally = reader.tally
    return Landed(
        version=item.version,
        cluster_key=item.cluster_key if rows.kinds else "",
        consent=item.consent,
        shard=shard if rows.kinds else None,
        refusal=refusal,
        session_dates=tuple(sorted(map(str, rows.session_dates))),
        lines_read=tally.lines_read,
        lines_landed=tally.lines_landed,
        lines_not_event=tally.lines_not_event,
        lines_refused=dict(tally.refused),
        refused_at=tuple(tally.refusals),
        kinds=dict(Counter(rows.kinds)),
    )
