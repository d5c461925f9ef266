"""The one place that sends text to a language model. What comes out is a Reply or a WinnowError:
no exception, log line or message of the other side, which often quotes what it was sent."""

import asyncio
import json
import logging
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import NamedTuple

import httpx
import tenacity

from flows.adapters.llm_protocols import PROTOCOLS, Question, Reply
from flows.policy.endpoints import Endpoint
from flows.policy.errors import WinnowError

_BUSY = {408, 409, 425, 429, 500, 502, 503, 504, 529}
_BAD_REQUEST = {400, 413, 415, 422}
_SECRET_LOGS = ("httpx", "httpcore")


class Limits(NamedTuple):
    """Seconds of one attempt and of one call with all its attempts; waits between attempts grow
    from `first_wait` to `longest_wait`; a reply beyond `reply_bytes` is not read."""

    attempts: int = 5
    attempt_seconds: float = 60
    call_seconds: float = 300
    first_wait: float = 1
    longest_wait: float = 60
    reply_bytes: int = 1 << 20


class LlmClient:
    """An endpoint that the policy allows (flows/policy/endpoints.py), with the tier's key for it.

    Raises WinnowError (exit code 2) for a key that no header can carry. Use it as an asynchronous
    context manager. No redirect is followed, no proxy or .netrc of the
    environment is used: text goes to the listed endpoint and nowhere else.
    """

    def __init__(self, endpoint: Endpoint, key: str, limits: Limits) -> None:
        self.endpoint, self.limits = endpoint, limits
        self._protocol = PROTOCOLS[endpoint.protocol]
        self._url = endpoint.url + self._protocol.path
        _check_key(key)
        self._key = key
        self._dialect = 0
        self._is_dialect_known = False

    async def __aenter__(self) -> "LlmClient":
        for name in _SECRET_LOGS:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self._http = httpx.AsyncClient(
            headers=self._protocol.headers(self._key)
            | {"accept": "application/json", "accept-encoding": "identity"},
            follow_redirects=False,
            trust_env=False,
            verify=_trusted(),
            timeout=self.limits.attempt_seconds,
        )
        return self

    async def __aexit__(self, *failure) -> None:
        await self._http.aclose()

    async def ask(self, question: Question) -> Reply:
        """One structured answer, after retries. Raises WinnowError (exit code 2) where no call can
        succeed: the key, the path or the model is refused, or the endpoint redirects."""
        try:
            async with asyncio.timeout(self.limits.call_seconds):
                return await self._ask_in_dialects(question)
        except TimeoutError:
            return Reply("timed_out")

    async def _ask_in_dialects(self, question: Question) -> Reply:
        """An endpoint that has answered once has shown which dialect it takes."""
        dialects = range(self._dialect, len(self._protocol.dialects))
        for dialect in dialects[:1] if self._is_dialect_known else dialects:
            reply = await self._retry(self._protocol.dialects[dialect](question))
            if reply.outcome != "rejected":
                self._dialect, self._is_dialect_known = dialect, True
                break
        return reply

    async def _retry(self, body: dict) -> Reply:
        content = json.dumps(body).encode()
        retrying = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type(_Again),
            stop=tenacity.stop_after_attempt(self.limits.attempts),
            wait=self._wait,
            retry_error_callback=lambda state: Reply(state.outcome.exception().outcome),
        )
        return await retrying(self._attempt, content)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        asked = state.outcome.exception().seconds
        if asked is not None:
            return asked
        growing = tenacity.wait_random_exponential(
            self.limits.first_wait, max=self.limits.longest_wait
        )
        return growing(state)

    async def _attempt(self, content: bytes) -> Reply:
        """Raises _Again where another attempt may help."""
        failure = None
        try:
            async with asyncio.timeout(self.limits.attempt_seconds):
                status, headers, reply = await self._post(content)
        except (TimeoutError, httpx.TimeoutException):
            failure = _Again("timed_out")
        except (httpx.TransportError, httpx.StreamError):
            failure = _Again("unavailable")
        # Raised outside the handler: the library's exception holds the request.
        if failure:
            raise failure
        return self._read(status, headers, reply)

    async def _post(self, content: bytes) -> tuple[int, httpx.Headers, bytes | None]:
        """Status, headers and body; None for a body that is larger than is read, or packed."""
        headers = {"content-type": "application/json"}
        async with self._http.stream(
            "POST", self._url, content=content, headers=headers
        ) as response:
            if response.status_code != 200:
                return response.status_code, response.headers, b""
            if response.headers.get("content-encoding", "identity") != "identity":
                return 200, response.headers, None
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > self.limits.reply_bytes:
                    return 200, response.headers, None
            return 200, response.headers, bytes(body)

    def _read(self, status: int, headers: httpx.Headers, body: bytes | None) -> Reply:
        if status in _BUSY:
            seconds = _retry_after(headers.get("retry-after", ""))
            if seconds is not None and seconds > self.limits.longest_wait:
                return Reply("unavailable")
            raise _Again("unavailable", seconds)
        if status in _BAD_REQUEST:
            return Reply("rejected")
        if status != 200:
            raise _cannot_succeed(status)
        if body is None:
            return Reply("too_large")
        try:
            return self._protocol.read(json.loads(body))
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            return Reply("malformed")


@cache
def _trusted() -> ssl.SSLContext:
    """Roots from SSL_CERT_FILE or SSL_CERT_DIR where a company has its own."""
    return httpx.create_ssl_context(trust_env=True)


class _Again(Exception):
    """Another attempt may help, after `seconds` where the endpoint named them."""

    def __init__(self, outcome: str, seconds: float | None = None) -> None:
        super().__init__(outcome)
        self.outcome, self.seconds = outcome, seconds


def _check_key(key: str) -> None:
    if not key.isascii() or not key.isprintable() or " " in key:
        raise WinnowError(
            "the key of the language model's endpoint holds white space or is not ASCII",
            remedy="set the tier's LLM_API_KEY without line breaks, blanks and quotation marks",
            exit_code=2,
        )


def _cannot_succeed(status: int) -> WinnowError:
    if 300 <= status < 400:
        return WinnowError(
            f"the language model's endpoint redirects (status {status})",
            remedy="list and set the address that it redirects to, if text may go there",
            exit_code=2,
        )
    return WinnowError(
        f"the language model's endpoint refuses every call (status {status})",
        remedy="401, 403: check the tier's LLM_API_KEY; 404, 405: its LLM_ENDPOINT, LLM_MODEL and "
        "LLM_PROTOCOL; the other side's message is not shown, since it may quote text",
        exit_code=2,
    )


def _retry_after(value: str) -> float | None:
    """Seconds, from seconds or from a date (RFC 9110, 10.2.3)."""
    if value.isdecimal() and value.isascii():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
        return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None
