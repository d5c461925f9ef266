"""Who contributed how much: `state/<tier>/contributions/<export>/<day>.parquet` names the released
sessions of a day with their account's control-key hash, and is purged with the day; what it counts
is added to `state/<tier>/contribution_months/<month>.json` before.

A session counts once, however often its day is published. A month's count is what was closed and
what the day files of the month still hold.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from flows.adapters.files import whole, write_whole

_COLUMNS = {"account_hash": pa.string(), "session_key": pa.string()}


class _Month(msgspec.Struct):
    """`closed`: account → export → sessions of days that were purged. `folded` names day files
    whose sessions are in `closed` already: a killed purge may have left them."""

    closed: dict[str, dict[str, int]] = {}
    folded: list[str] = []


class ContributionLedger:
    """One tier's ledger below `home`."""

    def __init__(self, home: Path, tier: str) -> None:
        self.days = home / "state" / tier / "contributions"
        self.months = home / "state" / tier / "contribution_months"

    def record(self, export: str, day: date, rows: Iterable[tuple[str, str]]) -> None:
        """Adds (account hash, session key) of a released day to what is known of it."""
        path = self.days / export / f"{day}.parquet"
        known = set(_rows(path))
        merged = known.union(rows)
        if merged != known:
            _write(path, merged)

    def sessions(self, accounts: Collection[str]) -> dict[str, dict[str, date]]:
        """account hash → released sessions (key → day) of the window."""
        found: dict[str, dict[str, date]] = {}
        for path in self.day_files():
            for account, session in _rows(path):
                if account in accounts:
                    found.setdefault(account, {})[session] = _day(path)
        return found

    def accounts(self) -> set[str]:
        """Every account of which a released session is known."""
        return {account for path in self.day_files() for account, _ in _rows(path)}

    def counts(self, account: str) -> dict[str, dict[str, int]]:
        """month → export → how many of the account's sessions entered it."""
        found: dict[str, Counter] = {}
        for path in sorted(self.months.glob("????-??.json")):
            closed = _month(path).closed.get(account, {})
            found.setdefault(path.stem, Counter()).update(closed)
        for path in self._open_files():
            own = sum(each == account for each, _ in _rows(path))
            found.setdefault(_day(path).strftime("%Y-%m"), Counter())[path.parent.name] += own
        return {month: dict(+count) for month, count in sorted(found.items()) if +count}

    def close(self, paths: Iterable[Path]) -> None:
        """Adds what day files count to their months, then removes them."""
        for path in paths:
            if path.exists():
                self._fold(path, _rows(path))
                path.unlink()

    def close_sessions(self, sessions: Collection[str]) -> None:
        """Counts sessions whose detail has to go before its day: consent to them was taken back."""
        for path in self.day_files():
            rows = _rows(path)
            gone = [row for row in rows if row[1] in sessions]
            if gone:
                rest = [row for row in rows if row[1] not in sessions]
                self._close_part(path, gone, rest)

    def forget(self, accounts: Collection[str]) -> None:
        """Removes everything that names the accounts, counts included."""
        for path in self.day_files():
            rows = _rows(path)
            kept = [row for row in rows if row[0] not in accounts]
            if len(kept) < len(rows):
                _write(path, kept)
        for path in self.month_files_of(accounts):
            month = _month(path)
            closed = {name: count for name, count in month.closed.items() if name not in accounts}
            _save(path, _Month(closed, month.folded))

    def day_files(self) -> list[Path]:
        return sorted(self.days.glob("*/????-??-??.parquet"))

    def day_files_of(self, accounts: Collection[str], sessions: Collection[str]) -> list[Path]:
        return [
            path
            for path in self.day_files()
            if any(account in accounts or key in sessions for account, key in _rows(path))
        ]

    def month_files_of(self, accounts: Collection[str]) -> list[Path]:
        paths = sorted(self.months.glob("????-??.json"))
        return [path for path in paths if not _month(path).closed.keys().isdisjoint(accounts)]

    def _open_files(self) -> Iterator[Path]:
        """Day files that no month has counted yet."""
        for path in self.day_files():
            if _reference(path) not in _month(self._month_path(path)).folded:
                yield path

    def _fold(self, path: Path, rows: list[tuple[str, str]], *, is_whole: bool = True) -> None:
        target = self._month_path(path)
        month = _month(target)
        if _reference(path) in month.folded:
            return
        for account, _ in rows:
            exports = month.closed.setdefault(account, {})
            exports[path.parent.name] = exports.get(path.parent.name, 0) + 1
        there = {_reference(each) for each in self.day_files()}
        folded = [each for each in month.folded if each in there]
        _save(target, _Month(month.closed, [*folded, _reference(path)] if is_whole else folded))

    def _close_part(self, path: Path, gone: list, rest: list) -> None:
        """The day file goes first: killed in between, a session is not counted, never twice."""
        _write(path, rest)
        self._fold(path, gone, is_whole=False)

    def _month_path(self, path: Path) -> Path:
        return self.months / f"{path.stem[:7]}.json"


def _reference(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def _day(path: Path) -> date:
    return date.fromisoformat(path.stem)


def _rows(path: Path) -> list[tuple[str, str]]:
    if not path.exists():
        return []
    table = pq.read_table(path, columns=list(_COLUMNS))
    return list(zip(*(table[name].to_pylist() for name in _COLUMNS), strict=True))


def _write(path: Path, rows: Iterable[tuple[str, str]]) -> None:
    """A file a day; none for a day without a session."""
    ordered = sorted(rows)
    if not ordered:
        path.unlink(missing_ok=True)
        return
    values = zip(*ordered, strict=True)
    arrays = [pa.array(list(v), kind) for v, kind in zip(values, _COLUMNS.values(), strict=True)]
    with whole(path) as draft:
        pq.write_table(pa.table(dict(zip(_COLUMNS, arrays, strict=True))), draft)


def _month(path: Path) -> _Month:
    if not path.exists():
        return _Month()
    return msgspec.json.decode(path.read_bytes(), type=_Month)


def _save(path: Path, month: _Month) -> None:
    write_whole(path, msgspec.json.encode(month))
