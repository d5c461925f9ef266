"""What stops erased sessions from coming back, below `state/<tier>/`.

tombstones/<account>.json   when the account was erased; named by its control-key hash
erased/<day>.json           keys of that day's sessions that were erased, and of those released
erasing/<account>.json      an erasure under way: names the account until it is done
"""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import msgspec

from flows.adapters.files import write_whole


class _Tombstone(msgspec.Struct):
    erased_at: datetime


class _Erased(msgspec.Struct):
    sessions: list[str] = []
    released: list[str] = []


class Erasure(msgspec.Struct):
    """An erasure under way. `sessions` maps keys to days: found before the first deletion;
    `erased_at` is None where consent was taken back: the registry itself stops what may return."""

    account_id: str
    erased_at: datetime | None = None
    sessions: dict[str, date] = {}


class Tombstones:
    """A tier's erased accounts, by hash."""

    def __init__(self, home: Path, tier: str) -> None:
        self.folder = home / "state" / tier / "tombstones"

    def load(self) -> dict[str, datetime]:
        return {
            path.stem: msgspec.json.decode(path.read_bytes(), type=_Tombstone).erased_at
            for path in sorted(self.folder.glob("*.json"))
        }

    def add(self, account: str, erased_at: datetime) -> None:
        """A later erasure of the same account counts."""
        latest = max(self.load().get(account, erased_at), erased_at)
        content = msgspec.json.encode(_Tombstone(latest))
        write_whole(self.folder / f"{account}.json", content)

    def remove(self, account: str) -> None:
        (self.folder / f"{account}.json").unlink(missing_ok=True)


class ErasedSessions:
    """Keys of erased sessions by their day, so that they are purged with it."""

    def __init__(self, home: Path, tier: str) -> None:
        self.folder = home / "state" / tier / "erased"

    def keys(self) -> set[str]:
        paths = sorted(self.folder.glob("????-??-??.json"))
        return {key for path in paths for key in _read(path).sessions}

    def released(self, day: date) -> list[str]:
        """Those of which an export had a row: what a trainer who took a copy has to drop."""
        return _read(self.folder / f"{day}.json").released

    def add(self, day: date, sessions: Iterable[str], released: Iterable[str]) -> None:
        path = self.folder / f"{day}.json"
        known = _read(path)
        merged = _Erased(sorted({*known.sessions, *sessions}), sorted({*known.released, *released}))
        if merged != known:
            write_whole(path, msgspec.json.encode(merged))


class Erasures:
    """Erasures under way: a killed one is finished by the next run."""

    def __init__(self, home: Path, tier: str) -> None:
        self.folder = home / "state" / tier / "erasing"

    def load(self) -> dict[str, Erasure]:
        return {
            path.stem: msgspec.json.decode(path.read_bytes(), type=Erasure)
            for path in sorted(self.folder.glob("*.json"))
        }

    def begin(self, account: str, erasure: Erasure) -> None:
        write_whole(self.folder / f"{account}.json", msgspec.json.encode(erasure))

    def end(self, account: str) -> None:
        (self.folder / f"{account}.json").unlink(missing_ok=True)


def _read(path: Path) -> _Erased:
    if not path.exists():
        return _Erased()
    return msgspec.json.decode(path.read_bytes(), type=_Erased)
