"""A reader's event → landing's rows: source ids become keyed hashes, microseconds become days."""

from collections import Counter
from datetime import date
from typing import NamedTuple

from flows.adapters.keys import KeyRing
from flows.policy.admission import DAY_MICROS, Admission, to_date
from flows.policy.landing import Item
from flows.readers import EVENT_FIELDS

_KIND = EVENT_FIELDS.index("kind")
_TEXTS = EVENT_FIELDS.index("raw__text")


class _Session(NamedTuple):
    session_key: str
    account_key: str
    date: date


class RowMaker:
    """Makes the rows of one object. `kinds` and `session_dates` say what was made."""

    def __init__(self, keys: KeyRing, item: Item, admission: Admission) -> None:
        self.kinds: Counter = Counter()
        self._keys, self._account_id, self._admission = keys, item.account_id, admission
        self._cluster_key, self._object = item.cluster_key, (item.object_key, item.version)
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
        day = self._days.get(at // DAY_MICROS) or self._day(at)
        self.kinds[event[_KIND]] += 1
        row = (
            key, session.session_key, session.account_key, self._cluster_key, message_key,
            *self._object, session.date, at, day, *event[4:_TEXTS],
        )  # fmt: skip
        text, tool_input, path, workdir, model = event[_TEXTS:]
        if not (text or tool_input or path):
            return day, row, None, 0
        size = len(text or "") + len(tool_input or "") + len(path or "")
        return (
            day,
            row,
            (key, session.session_key, day, text, tool_input, path, workdir, model),
            size,
        )

    def _session(self, session_id: str) -> _Session:
        day = self._admission.session(session_id).date
        session = _Session(
            self._keys.epoch_key("session", session_id, day),
            self._keys.epoch_key("account", self._account_id, day),
            day,
        )
        return self._sessions.setdefault(session_id, session)

    def _day(self, at: int) -> date:
        return self._days.setdefault(at // DAY_MICROS, to_date(at))
