"""A reader's events → landing's columns: source ids become keyed hashes, microseconds days."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from flows.adapters.keys import KeyRing
from flows.policy.admission import DAY_MICROS, Admission
from flows.policy.landing import Item
from flows.readers import EVENT_FIELDS

_KIND, _TEXT = EVENT_FIELDS.index("kind"), EVENT_FIELDS.index("raw__text")
_CHUNK_EVENTS = 4096
_CHUNK_CHARACTERS = 1 << 20


class Chunk(NamedTuple):
    """Events in the order of EVENT_FIELDS, and about how many characters of text they hold."""

    events: list[tuple]
    characters: int


def chunks(events: Iterable[tuple]) -> Iterator[Chunk]:
    """The events, so many at a time as memory should hold."""
    chunk: list[tuple] = []
    characters = 0
    for event in events:
        chunk.append(event)
        if text := event[_TEXT]:
            characters += len(text)
        if len(chunk) == _CHUNK_EVENTS or characters > _CHUNK_CHARACTERS:
            yield Chunk(chunk, characters)
            chunk, characters = [], 0
    if chunk:
        yield Chunk(chunk, characters)


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

    @property
    def session_dates(self) -> set[date]:
        return {session.date for session in self._sessions.values()}

    def make(self, events: list[tuple]) -> list[Sequence]:
        """The events' columns, in the order of `adapters.landing.ROW`; days count from 1970."""
        item, known = self._item, self._sessions
        key, session_id, message_key, at, *rest = zip(*events, strict=True)
        self.kinds.update(rest[_KIND - 4])
        sessions = [known.get(one) or self._session(one) for one in session_id]
        session_key, account_key, session_date = zip(*sessions, strict=True)
        constants = ([value] * len(events) for value in (item.object_key, item.version))
        event_date = [micros // DAY_MICROS for micros in at]
        cluster_key = [item.cluster_key] * len(events)
        return [
            key, session_key, account_key, cluster_key, message_key, *constants,
            session_date, at, event_date, *rest,
        ]  # fmt: skip

    def _session(self, session_id: str) -> _Session:
        day = self._admission.session(session_id).date
        session = _Session(
            self._keys.epoch_key("session", session_id, day),
            self._keys.epoch_key("account", self._item.account_id, day),
            day,
        )
        return self._sessions.setdefault(session_id, session)
