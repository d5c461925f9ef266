"""Human turns → rows of landing/bits, by the embedded model or by the tier's language model."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, islice
from math import ceil
from operator import attrgetter
from typing import Protocol

from flows.bits.calibration import load_calibration
from flows.bits.embedded import Embedded
from flows.bits.landed import Landed, rate, read_letter
from flows.bits.llm.request import prompt_digest
from flows.bits.llm.sessions import SessionText
from flows.bits.model import shipped_digest
from flows.bits.names import BITS
from flows.bits.prompts import Prompt
from flows.llm_bits import LlmReader, open_llm_reader
from flows.policy.human_turns import Turn
from flows.policy.tiers import Tier
from flows.settings import Settings

_TURNS, _SESSIONS = 2000, 100


class BitsReader(Protocol):
    """`identity` names everything that decides a value. `failed_count`: calls so far that may
    succeed in another run; `counts`: what the reading took, for the run's record."""

    identity: str
    failed_count: int
    counts: Mapping[str, int]

    def rows(self, turns: Iterator[Turn]) -> Iterator[tuple]:
        """Rows as in schemas.BITS, of turns that stand session by session."""
        ...


def open_bits_reader(settings: Settings, tier: Tier) -> BitsReader:
    """The tier's language model where its settings name one, else the embedded model."""
    reader = open_llm_reader(tier, settings)
    return LanguageModelReader(reader) if reader else EmbeddedReader()


class EmbeddedReader:
    failed_count = 0

    def __init__(self) -> None:
        self.identity, self.counts = shipped_digest(), {}
        self._backend, self._calibration = Embedded(), load_calibration()

    def rows(self, turns: Iterator[Turn]) -> Iterator[tuple]:
        while batch := list(islice(turns, _TURNS)):
            scores = self._backend.score([_prompt(turn) for turn in batch])
            for turn, row in zip(batch, rate(scores, self._calibration), strict=True):
                yield from _rows(turn, zip(BITS, row, strict=True))


class LanguageModelReader:
    """One call a session; its last turn of the day also carries how the session ended."""

    def __init__(self, reader: LlmReader) -> None:
        self.identity = repr((prompt_digest(), reader.endpoint[:2], reader.settings.model))
        self._reader = reader

    @property
    def failed_count(self) -> int:
        return self._reader.failed_count

    @property
    def counts(self) -> dict[str, int]:
        found = dict(self._reader.counts)
        return found | {"us_cents": ceil(100 * self._reader.usd)} if found else {}

    def rows(self, turns: Iterator[Turn]) -> Iterator[tuple]:
        sessions = (list(found) for _, found in groupby(turns, attrgetter("session_key")))
        while batch := list(islice(sessions, _SESSIONS)):
            for found, bits in zip(batch, self._reader.read(map(_session, batch)), strict=True):
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
