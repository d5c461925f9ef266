"""Transcripts → events. One format a reader; `TranscriptReader` finds out which.

reader = TranscriptReader(Keys(event=…, message=…))
for rows in batched(reader.read(iter_lines(stream)), 10_000):
    columns = dict(zip(EVENT_FIELDS, zip(*rows)))
reader.tally.refused
"""

from flows.readers.long_lines import iter_lines
from flows.readers.rows import EVENT_FIELDS, Event, Keys
from flows.readers.tally import REFUSAL_REASONS, Tally
from flows.readers.transcript import TranscriptReader

__all__ = [
    "EVENT_FIELDS",
    "REFUSAL_REASONS",
    "Event",
    "Keys",
    "Tally",
    "TranscriptReader",
    "iter_lines",
]
