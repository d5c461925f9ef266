"""What the verifier found, by kind of place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

_DAY = re.compile(r"^(?:date=)?(\d{4}-\d{2}-\d{2})(?:\.|$)")
_EPOCH_KEY = re.compile(r"^epoch-(\d+)\.key$")
_EPOCH_DAYS = 30


class UnverifiableError(Exception):
    """A place that cannot be listed whole: what is in it, and how old it is, is not known."""


class Datum(NamedTuple):
    """One thing that is left. `reference` and `version` find it again and are never reported."""

    kind: str
    reference: str
    version: str
    size_bytes: int
    oldest: datetime | None
    is_readable: bool


class Finding(NamedTuple):
    """`unreadable_count` counts what could not be decoded: its age is not known."""

    kind: str
    place_count: int
    size_bytes: int
    oldest: datetime | None
    unreadable_count: int

    def as_json(self) -> dict:
        oldest = self.oldest.isoformat() if self.oldest else None
        return {**self._asdict(), "oldest": oldest}


@dataclass
class Report:
    """`evidence` says how much of it was decoded now (`flows.verifier.memory`)."""

    data: list[Datum] = field(default_factory=list)
    evidence: dict = field(default_factory=dict)

    def findings(self) -> list[Finding]:
        by_kind: dict[str, list[Datum]] = {}
        for datum in self.data:
            by_kind.setdefault(datum.kind, []).append(datum)
        return [_finding(kind, data) for kind, data in sorted(by_kind.items())]

    def as_json(self) -> list[dict]:
        return [finding.as_json() for finding in self.findings()]

    def older_than(self, day: date, kind: str) -> list[Datum]:
        """Data of a kind whose oldest instant is before the day."""
        limit = datetime.combine(day, time(), UTC)
        return [d for d in self.data if d.kind == kind and d.oldest and d.oldest < limit]


def day_of_path(parts: Iterable[str]) -> datetime | None:
    """The day that a path names: a folder or file called after a date, or an epoch's key."""
    days = [moment for part in parts if (moment := _day_of_name(part))]
    return min(days, default=None)


@lru_cache(maxsize=4096)
def _day_of_name(name: str) -> datetime | None:
    if found := _EPOCH_KEY.match(name):
        return datetime.fromtimestamp(0, UTC) + timedelta(
            days=(int(found[1]) + 1) * _EPOCH_DAYS - 1
        )
    found = _DAY.match(name)
    try:
        return datetime.combine(date.fromisoformat(found[1]), time(), UTC) if found else None
    except ValueError:
        return None


def _finding(kind: str, data: list[Datum]) -> Finding:
    return Finding(
        kind,
        len(data),
        sum(datum.size_bytes for datum in data),
        min((datum.oldest for datum in data if datum.oldest), default=None),
        sum(not datum.is_readable for datum in data),
    )
