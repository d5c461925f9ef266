"""The language model as a backend of single prompts (`winnow bits --backend llm`)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from flows.adapters.progress import counted
from flows.bits.backends import Thresholds
from flows.bits.llm.answers import PROBABILITIES
from flows.bits.llm.sessions import SessionText
from flows.bits.names import BITS
from flows.bits.prompts import Prompt
from flows.llm_bits import LlmReader, open_llm_reader
from flows.policy.errors import WinnowError
from flows.policy.tiers import check_tier
from flows.settings import load_settings

# Letters lie between these: a bit is true from medium confidence on; low is unknown to the careful.
_TRUE, _FALSE = 0.7, 0.5


class LlmBackend:
    """Scores as of any backend, from letters. Raises WinnowError where the endpoint refuses every
    call, TransientError where it is down.

    `usage` counts calls by outcome, tokens and what was dropped; `usd` is their cost. A file is a
    batch: calls run side by side, and a run that was stopped goes on from what was answered.
    """

    name = "llm"

    def __init__(self, reader: LlmReader, day: date) -> None:
        self.reader, self.day = reader, day
        every = np.ones(len(BITS))
        # It reads every prompt for danger, which the embedded model cannot: no report is a no.
        self.thresholds = Thresholds(_TRUE * every, _TRUE * every, _FALSE * every, frozenset())

    @property
    def usage(self) -> Mapping[str, int]:
        return self.reader.counts

    @property
    def usd(self) -> float:
        return self.reader.usd

    @property
    def failed_count(self) -> int:
        return self.reader.failed_count

    def score(self, prompts: Sequence[Prompt]) -> np.ndarray:
        """Every prompt as a session of its own, with the prompt before it and the agent's tail."""
        sessions = [SessionText("", self.day, [prompt]) for prompt in prompts]
        with counted("asking the language model", len(sessions)) as advance:
            found = self.reader.read(sessions, advance)
        return probabilities(letters for each in found for letters in each.prompts)


def open_llm_backend(tier: str) -> LlmBackend:
    """The tier's language model. Raises WinnowError (exit code 2) where none is set or allowed."""
    if not tier:
        raise WinnowError(
            "which tier's text this is was not said: endpoints are allowed by tier",
            remedy="name the tier whose text the file holds: --tier opt_in",
            exit_code=2,
        )
    settings = load_settings()
    reader = open_llm_reader(check_tier(tier), settings)
    if reader is None:
        raise WinnowError(
            f"no language model is set for {tier}",
            remedy=f"set WINNOW_{tier.upper()}__LLM_ENDPOINT and __LLM_MODEL to what "
            "flows/policy/endpoints.yml lists for the tier",
            exit_code=2,
        )
    return LlmBackend(reader, settings.today)


def probabilities(prompts: Iterable[str]) -> np.ndarray:
    """Letters (a string a prompt, a letter a bit) as prompts × BITS; NaN where unknown."""
    rows = [[PROBABILITIES.get(letter, np.nan) for letter in letters] for letters in prompts]
    return np.array(rows, np.float64).reshape(len(rows), len(BITS))
