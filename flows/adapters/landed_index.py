"""The index of what landed, a file a source day, and the objects set aside by reference."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import msgspec

from flows.adapters.files import write_whole
from flows.policy.errors import WinnowError
from flows.policy.landing import Index, Item, totals

_decode = msgspec.json.Decoder(Index).decode
_encode = msgspec.json.Encoder(order="deterministic").encode


class SetAside(msgspec.Struct):
    """An object that could not be read: where it is, and how often winnow tried."""

    path: str
    version: str
    source_date: str
    attempts: int = 0


class LandedIndex:
    def __init__(self, state: Path) -> None:
        self.folder = state / "landed"
        self.quarantine = state / "quarantine"

    def days(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("????-??-??.json"))

    def load(self, day: date | str) -> Index:
        """Raises WinnowError for an index that is not of our making, or of another version."""
        path = self.folder / f"{day}.json"
        try:
            return _decode(path.read_bytes()) if path.exists() else Index()
        except (msgspec.DecodeError, UnicodeDecodeError):
            place = "/".join(path.parts[-4:])
        raise WinnowError(
            f"the index {place} cannot be read",
            remedy="remove that file and run again: the day's objects are landed anew",
        )

    def save(self, day: date | str, index: Index) -> None:
        write_whole(self.folder / f"{day}.json", _encode(index))

    def shards(self) -> set[str]:
        return {shard for day in self.days() for shard in self.load(day).shards}

    def totals(self, days: Iterable[date]) -> Counter:
        """Counts over the objects of those source days: see `policy.landing.totals`."""
        return totals(entry for day in days for entry in self.load(day).objects.values())

    def set_aside(self, day: str, item: Item) -> None:
        path = self.quarantine / f"{item.object_key}.json"
        known = msgspec.json.decode(path.read_bytes(), type=SetAside) if path.exists() else None
        attempts = (known.attempts if known else 0) + 1
        entry = SetAside(item.path, item.version, day, attempts)
        write_whole(path, msgspec.json.encode(entry))

    def release(self, object_keys: Iterable[str]) -> None:
        """Forgets the quarantine of objects that could be read after all."""
        readable = set(object_keys)
        for path in self.quarantine.glob("*.json"):
            if path.stem in readable:
                path.unlink()
