"""One worker's share of a pull: a batch of source objects becomes one shard of landing."""

import os
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from flows.adapters.keys import KeyRing
from flows.adapters.landing import ShardWriter
from flows.adapters.sources import Source, SourceObject, open_source
from flows.adapters.streams import lines_of
from flows.orchestrator import redacted
from flows.policy.admission import Session, rules_for, to_date
from flows.policy.errors import TransientError, WinnowError
from flows.policy.landing import Item, Landed, shard_name
from flows.policy.pseudonyms import record_hasher
from flows.readers import open_reader

_ATTEMPTS = 2
_NO_TEXT = (None, None, None, None, None)


class Job(NamedTuple):
    """What a worker process needs besides its batch; the same for all batches of a pull."""

    home: Path
    tier: str
    today: date
    now: datetime
    settings: object


@redacted
def pull_batch(job: Job, group: list[Item]) -> dict[str, Landed]:
    """Parses the group's objects and writes their shard. Returns object key → what became of it.

    An object that cannot be read is reported as `unreadable` and does not stop the others.
    """
    source = open_source(job.settings.source, job.settings)
    keys = KeyRing(job.home / "keys" / job.tier)
    shard = shard_name(group)
    with ShardWriter(job.home / "landing" / job.tier, shard) as writer:
        return {item.object_key: _pull_object(job, source, keys, writer, item) for item in group}
