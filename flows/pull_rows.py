"""A reader's event → landing's rows: source ids become keyed hashes, microseconds become days."""

from collections import Counter
from datetime import date
from typing import NamedTuple

from flows.adapters.keys import KeyRing
from flows.policy.admission import Admission, to_date
from flows.policy.landing import Item

_DAY_MICROS = 86_400_000_000


class _Session(NamedTuple):
    session_key: str
    account_key: str
    date: date


class RowMaker:
    """Makes the rows of one object. `kinds` and `session_dates` say what was made."""

    def __init__(self, keys: KeyRing, item: Item, admission: Admission) -> None:
        self.kinds: Counter = Counter()
        self._keys, self._item, self._admission = keys, item, admission
        self._sessions: dict[str, _Session] = {}
        self._days: dict[int, date] = {}

    @property
    def session_dates(self) -> set[date]:
        return {session.date for session in self._sessions.values()}

    def make(self, event: tuple) -> tuple[date, tuple, tuple | None, int]:
        """The event's day, its row for events/, for raw/ (None without text), and the text's size.

        `event` is in the order of `readers.rows.Event`.
        """
        key, session_id, message_key, at = event[:4]
        session = self._sessions.get(session_id) or self._session(session_id)
        day = self._day(at)
        self.kinds[event[10]] += 1
        row = (
            key, session.session_key, session.account_key, self._item.cluster_key, message_key,
            self._item.object_key, self._item.version, session.date, at, day, *event[4:21],
        )  # fmt: skip
        texts = event[21:]
        size = sum(len(text) for text in texts if text)
        raw = (key, session.session_key, day, *texts) if size else None
        return day, row, raw, size

    def _session(self, session_id: str) -> _Session:
        day = self._admission.session(session_id).date
        session = _Session(
            self._keys.epoch_key("session", session_id, day),
            self._keys.epoch_key("account", self._item.account_id, day),
            day,
        )
        return self._sessions.setdefault(session_id, session)

    def _day(self, at: int) -> date:
        number = at // _DAY_MICROS
        if number not in self._days:
            self._days[number] = to_date(at)
        return self._days[number]
