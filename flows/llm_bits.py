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
from flows.adapters.llm_protocols import OUTCOMES, Question, Reply
from flows.bits.llm.answers import Values, are_values, no_values, read_answer
from flows.bits.llm.request import Call, answer_schema, cut_into_calls, load_prompt, prompt_digest
from flows.bits.llm.sessions import SessionBits, SessionText, joined
from flows.policy.endpoints import Endpoint, check_endpoint_allowed
from flows.policy.errors import TransientError, WinnowError
from flows.policy.tiers import Tier
from flows.settings import LlmSettings, Settings, load_llm_settings

# So many failures in a row, and the endpoint is taken to be down or the model to be unfit.
_FAILED_IN_A_ROW = 10
# So many runs ask for what fails each time; then it stays unknown.
_MOST_RUNS = 5


class _Job(NamedTuple):
    """A call to be made, and where its values go. `runs`: how many have failed to get them."""

    session: SessionText
    call: Call
    key: str
    runs: int
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
    """One run's way to the model. `counts` grows with what is read: sessions, calls by outcome,
    cached, given_up, too_old_to_send, input_tokens, output_tokens, what was dropped by reason."""

    def __init__(
        self, endpoint: Endpoint, settings: LlmSettings, cache: LlmCache, today: date
    ) -> None:
        self.endpoint, self.settings, self.cache, self.today = endpoint, settings, cache, today
        self.counts: Counter = Counter()
        self._failed_in_a_row = 0

    @property
    def failed_count(self) -> int:
        """Calls without an answer, which the next run makes again."""
        return sum(self.counts[outcome] for outcome in OUTCOMES if outcome != "answered")

    @property
    def usd(self) -> float:
        """What the tokens cost by the policy's prices."""
        tokens = self.counts["input_tokens"], self.counts["output_tokens"]
        return self.endpoint.cost(self.settings.model, *tokens)

    def read(
        self, sessions: Iterable[SessionText], advance: Callable[[], None] = lambda: None
    ) -> list[SessionBits]:
        """The bits of the sessions, in their order; `advance` is called after every call.

        A session whose call fails is unknown; the next runs ask again. Raises WinnowError where the
        endpoint refuses every call, TransientError where it is down or gives nothing of use; what
        was answered is kept, and the next run goes on from there.
        """
        return asyncio.run(self._read(sessions, advance))

    async def _read(
        self, sessions: Iterable[SessionText], advance: Callable[[], None]
    ) -> list[SessionBits]:
        found: list[tuple[SessionText, list[Values]]] = []
        failed: list[_Job] = []
        jobs = self._jobs(sessions, found, advance)

        async def work(client: LlmClient) -> None:
            for job in jobs:
                values = await self._ask(client, job)
                if values:
                    job.results[job.place] = values
                else:
                    failed.append(job)
                advance()

        await self._side_by_side(work)
        # Of a run that ends here by an error it is not known whose failures they were.
        for job in {job.key: job for job in failed}.values():
            self._remember(job, Values((), ""))
        self.counts["sessions"] += len(found)
        return [joined(session, results) for session, results in found]

    async def _side_by_side(self, work: Callable) -> None:
        key, failure = self.settings.api_key, None
        async with LlmClient(
            self.endpoint, key.get_secret_value() if key else "", self._limits
        ) as client:
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(self.settings.concurrency):
                        group.create_task(work(client))
            except* WinnowError as failures:
                failure = failures.exceptions[0]
        if failure:
            raise type(failure)(failure.message, remedy=failure.remedy, exit_code=failure.exit_code)

    def _jobs(
        self, sessions: Iterable[SessionText], found: list, advance: Callable[[], None]
    ) -> Iterator[_Job]:
        """The calls that have to be made; what is known already is filled in."""
        for session in sessions:
            results: list[Values] = []
            found.append((session._replace(prompts=[]), results))
            for place, call in enumerate(cut_into_calls(session.prompts)):
                key = self._key(session, call)
                runs = self.cache.failed_runs(key, session.session_date)
                known = self._known(session, call, key, runs)
                results.append(known or no_values(call))
                if known:
                    advance()
                else:
                    yield _Job(session, call, key, runs, results, place)

    def _known(self, session: SessionText, call: Call, key: str, runs: int) -> Values | None:
        """What needs no call: the answer of an earlier one, or that there will be none."""
        cached = self.cache.get(key, session.session_date)
        if cached:
            values = Values(tuple(cached[0]), cached[1])
            if are_values(values, call):
                self.counts["cached"] += 1
                return values
        if runs >= _MOST_RUNS:
            self.counts["given_up"] += 1
            return no_values(call)
        if not self.endpoint.may_receive(session.session_date, self.today):
            self.counts["too_old_to_send"] += 1
            return no_values(call)
        return None

    async def _ask(self, client: LlmClient, job: _Job) -> Values | None:
        model, tokens = self.settings.model, self.settings.max_output_tokens
        reply = await client.ask(
            Question(model, load_prompt(), job.call.message, answer_schema(), tokens)
        )
        self.counts["input_tokens"] += reply.input_tokens
        self.counts["output_tokens"] += reply.output_tokens
        outcome, values = self._values(reply, job.call)
        self.counts[outcome] += 1
        if values:
            self._remember(job, values)
        self._check_up(outcome, job)
        return values

    def _values(self, reply: Reply, call: Call) -> tuple[str, Values | None]:
        if reply.outcome != "answered":
            return reply.outcome, None
        answer = read_answer(reply.text, call)
        if answer is None:
            return "malformed", None
        values, dropped = answer
        self.counts.update(dropped)
        return "answered", values

    def _check_up(self, outcome: str, job: _Job) -> None:
        """Raises TransientError where call after call fails. A call that failed in an earlier run,
        too, says nothing of the endpoint: what cannot be answered would add up over the days."""
        if outcome == "answered":
            self._failed_in_a_row = 0
        elif not job.runs:
            self._failed_in_a_row += 1
        if self._failed_in_a_row >= _FAILED_IN_A_ROW:
            raise TransientError(
                f"the language model fails call after call ({outcome})",
                remedy="run again when it is mended: what it answered is kept; or unset the "
                "tier's LLM_ENDPOINT to use the embedded model",
            )

    def _remember(self, job: _Job, values: Values) -> None:
        session = job.session
        self.cache.put(job.key, session.session_date, session.session_key, *values)

    def _key(self, session: SessionText, call: Call) -> str:
        asked = (prompt_digest(), *self.endpoint[:2], self.settings.model, call.message)
        return self.cache.key("\0".join(asked), session.session_date)

    @property
    def _limits(self) -> Limits:
        return Limits(
            attempts=self.settings.attempts,
            attempt_seconds=self.settings.attempt_seconds,
            call_seconds=self.settings.call_seconds,
            first_wait=self.settings.first_wait_seconds,
        )
