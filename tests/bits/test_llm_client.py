"""The network part against a real server: what it survives, and what it never repeats."""

import asyncio
import json
import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from flows import settings
from flows.adapters.llm_client import Limits, LlmClient
from flows.adapters.llm_protocols import Question
from flows.policy.endpoints import Endpoint
from flows.policy.errors import WinnowError
from tests.bits.llm_server import PATHS, Answer, Server, always, answer, envelope

FAST = Limits(attempts=3, attempt_seconds=0.4, call_seconds=3, first_wait=0.01, longest_wait=0.5)
SECRET = "the prompt that nobody may see"
QUESTION = Question("small", "Read.", SECRET, {"type": "object"}, 512)
OK = answer([])

protocols = pytest.mark.parametrize("protocol", list(PATHS))


def ask(server: Server, *, limits: Limits = FAST, times: int = 1):
    endpoint = Endpoint(server.url, server.protocol, {"small": {}}, 0, "privacy", "a test")

    async def run():
        async with LlmClient(endpoint, "key-of-the-tier", limits) as client:
            return [await client.ask(QUESTION) for _ in range(times)]

    return asyncio.run(run())


def reply_of(protocol: str, behave, **options):
    with Server(protocol, behave) as server:
        (reply,) = ask(server, **options)
    return reply, server


@protocols
def test_an_answer_comes_back_with_its_tokens(protocol):
    reply, server = reply_of(protocol, always(protocol, OK))
    assert reply.outcome == "answered"
    assert json.loads(reply.text) == json.loads(OK)
    assert (reply.input_tokens, reply.output_tokens) == (100, 20)
    assert [request.path for request in server.requests] == [PATHS[protocol]]


def test_openai_is_asked_for_the_schema_at_temperature_zero():
    _, server = reply_of("openai", always("openai", OK))
    (request,) = server.requests
    assert request.body["temperature"] == 0
    assert request.body["response_format"]["json_schema"]["strict"] is True
    assert request.headers["authorization"] == "Bearer key-of-the-tier"


def test_anthropic_is_asked_through_a_forced_tool_at_temperature_zero():
    _, server = reply_of("anthropic", always("anthropic", OK))
    (request,) = server.requests
    assert request.body["temperature"] == 0
    assert request.body["tool_choice"] == {"type": "tool", "name": "report_bits"}
    assert request.headers["x-api-key"] == "key-of-the-tier"
    assert "authorization" not in {name.lower() for name in request.headers}


def test_a_server_without_schemas_is_asked_for_an_object_and_then_only_so():
    def behave(request, number, handler):
        if request.body["response_format"]["type"] == "json_schema":
            return Answer(400, {"error": "response_format"})
        return Answer(body=envelope("openai", OK))

    with Server("openai", behave) as server:
        replies = ask(server, times=3)
    assert [reply.outcome for reply in replies] == ["answered"] * 3
    assert len(server.requests) == 5  # three dialects once, then the one that works
    assert "JSON schema" in server.requests[-1].body["messages"][0]["content"]


def test_a_model_that_takes_no_temperature_is_asked_without():
    def behave(request, number, handler):
        refused = "temperature" in request.body
        return Answer(400) if refused else Answer(body=envelope("openai", OK))

    reply, server = reply_of("openai", behave)
    assert reply.outcome == "answered"
    assert server.requests[-1].body["response_format"]["type"] == "json_schema"


def test_anthropics_own_structured_output_is_the_second_dialect():
    def behave(request, number, handler):
        if "tools" in request.body:
            return Answer(400)
        text = [{"type": "text", "text": OK}]
        return Answer(body=envelope("anthropic", OK, content=text, stop_reason="end_turn"))

    reply, server = reply_of("anthropic", behave)
    assert (reply.outcome, reply.text) == ("answered", OK)
    assert server.requests[-1].body["output_config"]["format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    ("protocol", "changes", "outcome"),
    [
        ("openai", {"message": {"content": None, "refusal": "I cannot"}}, "refused"),
        ("openai", {"finish_reason": "content_filter"}, "refused"),
        ("openai", {"finish_reason": "length"}, "cut"),
        ("openai", {"message": {"content": None}}, "malformed"),
        ("openai", {"message": None}, "malformed"),
        ("anthropic", {"stop_reason": "refusal", "content": []}, "refused"),
        ("anthropic", {"stop_reason": "max_tokens"}, "cut"),
        ("anthropic", {"content": []}, "malformed"),
        ("anthropic", {"content": 5}, "malformed"),
    ],
)
def test_what_is_no_answer_has_an_outcome_and_no_text(protocol, changes, outcome):
    body = envelope(protocol, OK, **changes)
    reply, _ = reply_of(protocol, lambda *request: Answer(body=body))
    assert (reply.outcome, reply.text) == (outcome, "")


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b'{"choices": [', b"[" * 90_000, b"7"])
def test_a_reply_that_is_no_json_is_malformed(body):
    reply, _ = reply_of("openai", lambda *request: Answer(body=body))
    assert reply.outcome == "malformed"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 529])
def test_a_busy_server_is_asked_again(status):
    def behave(request, number, handler):
        return Answer(status) if number < 3 else Answer(body=envelope("openai", OK))

    reply, server = reply_of("openai", behave)
    assert reply.outcome == "answered"
    assert len(server.requests) == 3


def test_a_server_that_stays_busy_is_given_up():
    reply, server = reply_of("openai", lambda *request: Answer(503))
    assert reply.outcome == "unavailable"
    assert len(server.requests) == 3


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_waited_for(form):
    limits = FAST._replace(longest_wait=5)

    def behave(request, number, handler):
        moment = datetime.now(UTC) + timedelta(seconds=2)
        asked = "1" if form == "seconds" else format_datetime(moment, usegmt=True)
        if number == 1:
            return Answer(429, headers={"Retry-After": asked})
        return Answer(body=envelope("openai", OK))

    started = time.monotonic()
    reply, _ = reply_of("openai", behave, limits=limits)
    assert reply.outcome == "answered"
    assert time.monotonic() - started > 0.9


def test_a_longer_wait_than_allowed_ends_the_call_at_once():
    busy = Answer(429, headers={"Retry-After": "3600"})
    reply, server = reply_of("openai", lambda *request: busy)
    assert (reply.outcome, len(server.requests)) == ("unavailable", 1)


def test_a_server_that_hangs_is_left_in_time():
    with Server(
        "openai", lambda request, number, handler: server.released.wait(5) and None
    ) as server:
        started = time.monotonic()
        (reply,) = ask(server)
        assert reply.outcome == "timed_out"
        assert time.monotonic() - started < 2.5
        assert len(server.requests) == 3


def test_a_server_that_drips_bytes_is_left_in_time():
    def behave(request, number, handler):
        try:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
            while not server.released.wait(0.05):
                handler.wfile.write(b" ")
                handler.wfile.flush()
        except OSError:
            return

    with Server("openai", behave) as server:
        started = time.monotonic()
        (reply,) = ask(server)
        assert reply.outcome == "timed_out"
        assert time.monotonic() - started < 2.5


def test_all_attempts_together_have_a_limit():
    with Server(
        "openai", lambda request, number, handler: server.released.wait(5) and None
    ) as server:
        started = time.monotonic()
        (reply,) = ask(server, limits=FAST._replace(call_seconds=0.6, attempts=20))
        assert reply.outcome == "timed_out"
        assert time.monotonic() - started < 1.5


def test_a_huge_reply_is_not_read():
    def behave(request, number, handler):
        try:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            while not server.released.is_set():
                handler.wfile.write(b"10000\r\n" + b" " * 65536 + b"\r\n")
        except OSError:
            return

    with Server("openai", behave) as server:
        (reply,) = ask(server, limits=FAST._replace(attempt_seconds=3))
    assert (reply.outcome, len(server.requests)) == ("too_large", 1)


def test_a_packed_reply_is_not_unpacked():
    packed = Answer(body=b"\x1f\x8b\x08", headers={"content-encoding": "gzip"})
    reply, _ = reply_of("openai", lambda *request: packed)
    assert reply.outcome == "too_large"


def test_a_server_that_breaks_off_or_is_not_there_is_unavailable():
    reply, server = reply_of("openai", lambda *request: None)
    assert (reply.outcome, len(server.requests)) == ("unavailable", 3)
    (reply,) = ask(server)
    assert reply.outcome == "unavailable"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status):
    with Server("openai", always("openai", OK)) as elsewhere:
        target = f"{elsewhere.url}/chat/completions"
        moved = Answer(status, headers={"Location": target})
        with (
            Server("openai", lambda *request: moved) as server,
            pytest.raises(WinnowError) as caught,
        ):
            ask(server)
    assert elsewhere.requests == []
    assert target not in str(caught.value) + caught.value.remedy


@protocols
@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 500])
def test_an_error_that_quotes_the_prompt_is_repeated_nowhere(protocol, status, caplog, capfd):
    def behave(request, number, handler):
        return Answer(status, {"error": {"message": f"cannot read: {request.message}"}})

    caplog.set_level(logging.DEBUG)
    seen = []
    try:
        seen.append(repr(reply_of(protocol, behave)[0]))
    except WinnowError as error:
        assert error.__cause__ is None and error.__context__ is None
        seen += [str(error), error.remedy, repr(error)]
    logs = [repr(record.__dict__) for record in caplog.records if record.name != "asyncio"]
    seen += [*logs, *capfd.readouterr()]
    assert seen and not any(SECRET in text or "key-of-the-tier" in text for text in seen)


def test_malformed_json_that_quotes_the_prompt_is_repeated_nowhere(caplog):
    caplog.set_level(logging.DEBUG)

    def behave(request, number, handler):
        return Answer(body=f'{{"choices": "{request.message}'.encode())

    reply, _ = reply_of("openai", behave)
    assert SECRET not in repr(reply)
    assert SECRET not in caplog.text


def test_the_libraries_that_would_log_requests_are_silent(caplog):
    caplog.set_level(logging.DEBUG)
    reply_of("openai", always("openai", OK))
    assert not [r for r in caplog.records if r.name.startswith(("httpx", "httpcore"))]


def test_no_proxy_of_the_environment_sees_the_text(monkeypatch):
    with Server("openai", always("openai", OK)) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        reply, _ = reply_of("openai", always("openai", OK))
    assert reply.outcome == "answered"
    assert proxy.requests == []


@pytest.mark.parametrize("key", ["sk-1\n", "sk 1", "sk-é", "\x00"])
def test_a_key_that_no_header_can_carry_is_named_not_shown(key):
    endpoint = Endpoint("https://models.example.com", "openai", {"small": {}}, 0, "o", "r")
    with pytest.raises(WinnowError) as caught:
        LlmClient(endpoint, key, FAST)
    assert caught.value.exit_code == 2 and key not in str(caught.value)


def test_one_module_sends_text_and_one_calls_it():
    flows = Path(settings.__file__).parent
    sources = {path: path.read_text() for path in flows.rglob("*.py")}
    sending = {path.name for path, text in sources.items() if "import httpx" in text}
    calling = {path.name for path, text in sources.items() if "llm_client import" in text}
    # serve.py asks its own Prefect server whether it is up.
    assert sending - {"serve.py"} == {"llm_client.py"}
    assert calling == {"llm_bits.py"}
