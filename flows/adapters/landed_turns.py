"""The human turns of a landed day, in process 1: text comes out of raw/ here to be read, once."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb

from flows.adapters.landing_views import day_files, landing_view
from flows.adapters.spill import spill_folder
from flows.policy.errors import WinnowError
from flows.policy.human_turns import ACTS, CONTEXT_CHARACTERS, REPLY, Event, Turn, turns_of
from flows.policy.landing import land_anew
from flows.policy.locked import Limits, View, opening_statements
from flows.policy.places import raw_spill
from flows.policy.schemas import RAW

_READ = ("events", "raw")
# A turn is read with the one before it, which may be of the evening before.
_BEFORE = timedelta(days=1)
_ROWS = 2000
_QUERY = f"""
with events as (
    select
        session_key, event_key, block_ordinal, kind, session_date, event_date, event_at,
        coalesce(message_key, event_key) as message_key
    from landing.events
    where
        not is_sidechain
        and (
            (actor = 'user' and kind in {ACTS!r})
            or (actor = 'agent' and kind = '{REPLY}')
        )
    qualify row_number() over (
        partition by session_key, event_key order by event_at, block_ordinal
    ) = 1
),
texts as (
    select session_key, event_key, any_value(raw__text) as raw__text
    from raw.raw
    where event_key in (select event_key from events)
    group by session_key, event_key
)
select
    events.session_key, session_date, event_date, event_key, message_key, kind,
    if(kind = '{REPLY}', right(raw__text, {CONTEXT_CHARACTERS}), raw__text) as raw__text
from events
left join texts using (session_key, event_key)
order by session_key, event_at, block_ordinal, event_key
"""


class LandedTurns:
    """One tier's landing, of which `days` (oldest first) are kept."""

    def __init__(self, landing: Path, days: list[date]) -> None:
        self.landing, self.days = landing, days

    def files(self, day: date) -> list[Path]:
        """The files that a day's turns are read from."""
        return [path for name in _READ for path in day_files(self.landing / name, self._with(day))]

    def read(self, day: date) -> Iterator[Turn]:
        """The turns of `day`, session by session. Raises WinnowError where landing cannot be read;
        DuckDB's own message could quote text and is dropped."""
        with spill_folder(raw_spill(self.landing)) as spill:
            try:
                yield from self._turns(day, spill)
            except duckdb.Error as error:
                kind = type(error).__name__
                raise WinnowError(
                    f"the prompts of {day} in landing/{self.landing.name} cannot be read ({kind})",
                    remedy=land_anew(self.landing.name),
                ) from None

    def _turns(self, day: date, spill: Path) -> Iterator[Turn]:
        folders = [self.landing / name for name in _READ]
        with duckdb.connect(":memory:") as connection:
            for statement in opening_statements(self._views(day), folders, Limits(spill, "1GB")):
                connection.execute(statement)
            found = connection.execute(_QUERY)
            events = (Event(*row) for rows in _fetched(found) for row in rows)
            yield from (turn for turn in turns_of(events) if turn.event_date == day)

    def _views(self, day: date) -> list[View]:
        events = landing_view(self.landing, "events", self.days)
        days = self._with(day)
        return [
            events._replace(files=day_files(self.landing / "events", days)),
            View("raw", "raw", RAW, day_files(self.landing / "raw", days)),
        ]

    def _with(self, day: date) -> list[date]:
        return [day - _BEFORE, day]


def _fetched(found: duckdb.DuckDBPyConnection) -> Iterator[list[tuple]]:
    while rows := found.fetchmany(_ROWS):
        yield rows
