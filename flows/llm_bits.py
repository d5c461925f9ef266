"""Sessions → bits through a language model: one structured call a session, from a cache where it
was asked before. Only letters come back; a call that fails leaves its bits unknown."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple

from flows.adapters.llm_cache import LlmCache
from flows.adapters.llm_client import Limits, LlmClient
from flows.adapters.llm_endpoints import load_endpoints
from flows.adapters.llm_protocols import Question, Reply
from flows.bits.llm.answers import UNKNOWN, Values, are_values, no_values, read_answer
from flows.bits.llm.request import Call, answer_schema, cut_into_calls, load_prompt, prompt_digest
from flows.bits.prompts import Prompt
from flows.policy.endpoints import Endpoint, check_endpoint_allowed
from flows.policy.errors import TransientError, WinnowError
from flows.policy.tiers import Tier
from flows.settings import LlmSettings, Settings, load_llm_settings

# Outcomes that the same call would have again; every other one is a failure.
_LASTING = {"answered", "refused"}
# So many failures in a row, and the endpoint is taken to be down or the model to be unfit.
_FAILED_IN_A_ROW = 10


class SessionText(NamedTuple):
    """`prompts` are the human turns, oldest first, each with the agent's text before it."""

    session_key: str
    session_date: date
    prompts: list[Prompt]


class SessionBits(NamedTuple):
    """`prompts`: a string a prompt, a letter a bit in the order of BITS (flows/bits/llm/answers.py
    says what letters mean); `accomplished`: the letter of task_accomplished."""

    session_key: str
    prompts: list[str]
    accomplished: str


class LlmRead(NamedTuple):
    """`counts`: sessions, calls by outcome, cached, too_old_to_send, input_tokens, output_tokens,
    and what was dropped by reason; `usd` is what the tokens cost by the policy's prices."""

    sessions: list[SessionBits]
    counts: dict[str, int]
    usd: float


class _Job(NamedTuple):
    session: SessionText
    call: Call
    results: list[Values]
    place: int


def open_llm_reader(tier: Tier, settings: Settings) -> "LlmReader | None":
    """The tier's reader; None where its settings name no endpoint.

    Raises WinnowError (exit code 2) where the policy does not let the tier's text go there.
    """
    chosen = load_llm_settings(tier)
    if not chosen.endpoint:
        return None
    endpoint = check_endpoint_allowed(
        load_endpoints(), tier, chosen.endpoint, chosen.protocol, chosen.model
    )
    return LlmReader(endpoint, chosen, LlmCache(settings.home, tier), settings.today)


class LlmReader:
    def __init__(
        self, endpoint: Endpoint, settings: LlmSettings, cache: LlmCache, today: date
    ) -> None:
        self.endpoint, self.settings, self.cache, self.today = endpoint, settings, cache, today

    def read(
        self, sessions: Iterable[SessionText], advance: Callable[[], None] = lambda: None
    ) -> LlmRead:
        """The bits of the sessions, in their order; `advance` is called after every call.

        Raises WinnowError where the endpoint refuses every call, TransientError where it is down
        or gives nothing of use; what was answered is kept, and the next run goes on from there.
        """
        return asyncio.run(_Reading(self, advance).run(sessions))

    @property
    def limits(self) -> Limits:
        return Limits(
            attempts=self.settings.attempts,
            attempt_seconds=self.settings.attempt_seconds,
            call_seconds=self.settings.call_seconds,
            first_wait=self.settings.first_wait_seconds,
        )


class _Reading:
    """One run over sessions: workers take calls from one list of jobs."""

    def __init__(self, reader: LlmReader, advance: Callable[[], None]) -> None:
        self.advance = advance
        self.reader, self.endpoint, self.cache = reader, reader.endpoint, reader.cache
        self.model = reader.settings.model
        self.counts: Counter = Counter()
        self.failed_in_a_row = 0

    async def run(self, sessions: Iterable[SessionText]) -> LlmRead:
        found: list[tuple[SessionText, list[Values]]] = []
        key = self.reader.settings.api_key
        secret = key.get_secret_value() if key else ""
        failure = None
        async with LlmClient(self.endpoint, secret, self.reader.limits) as client:
            jobs = self._jobs(sessions, found)
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(self.reader.settings.concurrency):
                        group.create_task(self._work(client, jobs))
            except* WinnowError as failures:
                failure = failures.exceptions[0]
        if failure:
            raise type(failure)(failure.message, remedy=failure.remedy, exit_code=failure.exit_code)
        if self.failed_in_a_row and not any(self.counts[outcome] for outcome in _LASTING):
            raise _is_down("no answer at all")
        return self._result([_joined(session, results) for session, results in found])

    def _jobs(self, sessions: Iterable[SessionText], found: list) -> Iterator[_Job]:
        """The calls that have to be made; what is known already is filled in."""
        for session in sessions:
            results: list[Values] = []
            found.append((session._replace(prompts=[]), results))
            for place, call in enumerate(cut_into_calls(session.prompts)):
                known = self._known(session, call)
                results.append(known or no_values(call))
                if known:
                    self.advance()
                else:
                    yield _Job(session, call, results, place)

    def _known(self, session: SessionText, call: Call) -> Values | None:
        cached = self.cache.get(self._key(session, call), session.session_date)
        if cached:
            values = Values(tuple(cached[0]), cached[1])
            if are_values(values, call):
                self.counts["cached"] += 1
                return values
        if not self.endpoint.may_receive(session.session_date, self.reader.today):
            self.counts["too_old_to_send"] += 1
            return no_values(call)
        return None

    async def _work(self, client: LlmClient, jobs: Iterator[_Job]) -> None:
        for job in jobs:
            job.results[job.place] = await self._ask(client, job)
            self.advance()

    async def _ask(self, client: LlmClient, job: _Job) -> Values:
        tokens = self.reader.settings.max_output_tokens
        question = Question(self.model, load_prompt(), job.call.message, answer_schema(), tokens)
        reply = await client.ask(question)
        self.counts["input_tokens"] += reply.input_tokens
        self.counts["output_tokens"] += reply.output_tokens
        outcome, values = self._values(reply, job.call)
        self._count(outcome)
        if outcome in _LASTING:
            day = job.session.session_date
            key = self._key(job.session, job.call)
            self.cache.put(key, day, job.session.session_key, *values)
        return values

    def _values(self, reply: Reply, call: Call) -> tuple[str, Values]:
        if reply.outcome != "answered":
            return reply.outcome, no_values(call)
        answer = read_answer(reply.text, call)
        if answer is None:
            return "malformed", no_values(call)
        values, dropped = answer
        self.counts.update(dropped)
        return "answered", values

    def _count(self, outcome: str) -> None:
        self.counts[outcome] += 1
        self.failed_in_a_row = 0 if outcome in _LASTING else self.failed_in_a_row + 1
        if self.failed_in_a_row >= _FAILED_IN_A_ROW:
            raise _is_down(outcome)

    def _key(self, session: SessionText, call: Call) -> str:
        asked = (prompt_digest(), *self.endpoint[:2], self.model, call.message)
        return self.cache.key("\0".join(asked), session.session_date)

    def _result(self, sessions: list[SessionBits]) -> LlmRead:
        self.counts["sessions"] = len(sessions)
        tokens = self.counts["input_tokens"], self.counts["output_tokens"]
        return LlmRead(sessions, dict(self.counts), self.endpoint.cost(self.model, *tokens))


def _is_down(outcome: str) -> TransientError:
    return TransientError(
        f"the language model fails call after call ({outcome})",
        remedy="run again when it is mended: what it answered is kept; or unset the tier's "
        "LLM_ENDPOINT to use the embedded model",
    )


def _joined(session: SessionText, results: list[Values]) -> SessionBits:
    """The calls of a session as one: how it ended is what the last one that knows says."""
    prompts = [turn for values in results for turn in values.turns]
    ends = [values.accomplished for values in results if values.accomplished != UNKNOWN]
    return SessionBits(session.session_key, prompts, ends[-1] if ends else UNKNOWN)
