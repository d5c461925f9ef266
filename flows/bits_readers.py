"""Human turns → rows of landing/bits, by the embedded model or by the tier's language model."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from operator import attrgetter
from typing import Protocol

from flows.adapters.llm_protocols import OUTCOMES
from flows.bits.calibration import load_calibration
from flows.bits.embedded import Embedded
from flows.bits.landed import Landed, rate, read_letter
from flows.bits.llm.request import prompt_digest
from flows.bits.model import shipped_digest
from flows.bits.names import BITS
from flows.bits.prompts import Prompt
from flows.llm_bits import LlmReader, SessionText
from flows.policy.human_turns import Turn

_TURNS, _SESSIONS = 2000, 100
_FAILED = set(OUTCOMES) - {"answered", "refused"}


class BitsReader(Protocol):
    """`identity` names everything that decides a value; `failed_count`: turns' calls that may
    succeed another time; `counts`: what the reading cost, for the run's record."""

    identity: str
    wants_replies: bool
    failed_count: int
    counts: Counter

    def rows(self, turns: Iterator[Turn]) -> Iterator[tuple]:
        """Rows as in schemas.BITS, of turns that stand session by session."""
        ...


class EmbeddedReader:
    wants_replies = False
    failed_count = 0

    def __init__(self) -> None:
        self.identity = shipped_digest()
        self.counts: Counter = Counter()
        self._backend, self._calibration = Embedded(), load_calibration()

    def rows(self, turns: Iterator[Turn]) -> Iterator[tuple]:
        while batch := list(islice(turns, _TURNS)):
            scores = self._backend.score([_prompt(turn) for turn in batch])
            for turn, row in zip(batch, rate(scores, self._calibration), strict=True):
                yield from _rows(turn, zip(BITS, row, strict=True))


class LanguageModelReader:
    """One call a session; its last turn of the day also carries how the session ended."""

    wants_replies = True

    def __init__(self, reader: LlmReader) -> None:
        self.identity = repr((prompt_digest(), reader.endpoint[:2], reader.settings.model))
        self.failed_count = 0
        self.counts: Counter = Counter()
        self._reader = reader

    def rows(self, turns: Iterator[Turn]) -> Iterator[tuple]:
        sessions = (list(found) for _, found in groupby(turns, attrgetter("session_key")))
        while batch := list(islice(sessions, _SESSIONS)):
            read = self._reader.read([_session(found) for found in batch])
            self.counts.update(read.counts)
            self.failed_count += sum(read.counts.get(outcome, 0) for outcome in _FAILED)
            for found, bits in zip(batch, read.sessions, strict=True):
                for turn, letters in zip(found, bits.prompts, strict=True):
                    yield from _rows(turn, zip(BITS, map(read_letter, letters), strict=True))
                yield from _rows(found[-1], [("task_accomplished", read_letter(bits.accomplished))])


def _rows(turn: Turn, values: Iterable[tuple[str, Landed]]) -> Iterator[tuple]:
    for bit, (value, bucket) in values:
        yield turn.event_key, turn.session_key, turn.session_date, bit, value, bucket


def _session(turns: list[Turn]) -> SessionText:
    first = turns[0]
    return SessionText(first.session_key, first.session_date, [_prompt(turn) for turn in turns])


def _prompt(turn: Turn) -> Prompt:
    return Prompt(turn.text, turn.context, turn.before, turn.interrupted, turn.rejected)
