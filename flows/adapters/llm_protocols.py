"""Two wire formats: OpenAI's chat completions (vLLM, Ollama, gateways) and Anthropic's messages.

A dialect is one way to ask for structured output; an endpoint that refuses the first as a bad
request is asked in the next. Nothing here connects.
"""

import json
from collections.abc import Callable
from typing import NamedTuple


class Question(NamedTuple):
    """`schema`: JSON schema of the answer; `tokens`: the most that an answer may have."""

    model: str
    system: str
    message: str
    schema: dict
    tokens: int


class Reply(NamedTuple):
    """`outcome` is one of OUTCOMES; `text` is the answer's JSON where it is `answered`."""

    outcome: str
    text: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


class Protocol(NamedTuple):
    """`dialects` make a request's body; `read` turns a reply's decoded JSON into a Reply, and may
    raise KeyError, TypeError, IndexError, AttributeError on a form that it does not know."""

    path: str
    headers: Callable[[str], dict[str, str]]
    dialects: tuple[Callable[[Question], dict], ...]
    read: Callable[[dict], Reply]


# answered · the model declined · cut at the token limit · not the protocol's form · larger than is
# read · refused by the endpoint as a bad request · not there in time · there, but not able
OUTCOMES = (
    "answered", "refused", "cut", "malformed", "too_large", "rejected", "timed_out", "unavailable",
)  # fmt: skip
_NAME = "report_bits"


def _openai_headers(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"} if key else {}


def _openai(question: Question, answer_format: dict) -> dict:
    return {
        "model": question.model,
        "messages": [
            {"role": "system", "content": question.system},
            {"role": "user", "content": question.message},
        ],
        "response_format": answer_format,
    }


def _with_schema(question: Question) -> dict:
    schema = {"name": _NAME, "strict": True, "schema": question.schema}
    return {"type": "json_schema", "json_schema": schema}


def _openai_schema(question: Question) -> dict:
    limits = {"temperature": 0, "max_tokens": question.tokens}
    return _openai(question, _with_schema(question)) | limits


def _openai_fixed_temperature(question: Question) -> dict:
    """Reasoning models take no temperature, and the limit under another name."""
    return _openai(question, _with_schema(question)) | {"max_completion_tokens": question.tokens}


def _openai_object(question: Question) -> dict:
    """Servers without schemas: any JSON object, with the schema in words."""
    told = f"{question.system}\n\nJSON schema of the answer: {json.dumps(question.schema)}"
    limits = {"temperature": 0, "max_tokens": question.tokens}
    return _openai(question._replace(system=told), {"type": "json_object"}) | limits


def _read_openai(reply: dict) -> Reply:
    usage = reply.get("usage") or {}
    tokens = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
    choice = reply["choices"][0]
    message, reason = choice["message"], choice.get("finish_reason")
    if message.get("refusal") or reason == "content_filter":
        return Reply("refused", "", *tokens)
    if reason == "length":
        return Reply("cut", "", *tokens)
    if not isinstance(message["content"], str):
        return Reply("malformed", "", *tokens)
    return Reply("answered", message["content"], *tokens)


def _anthropic_headers(key: str) -> dict[str, str]:
    return {"anthropic-version": "2023-06-01"} | ({"x-api-key": key} if key else {})


def _anthropic(question: Question) -> dict:
    return {
        "model": question.model,
        "system": question.system,
        "messages": [{"role": "user", "content": question.message}],
        "max_tokens": question.tokens,
    }


def _anthropic_tool(question: Question) -> dict:
    tool = {"name": _NAME, "description": "Report the bits.", "input_schema": question.schema}
    chosen = {"type": "tool", "name": _NAME}
    return _anthropic(question) | {"temperature": 0, "tools": [tool], "tool_choice": chosen}


def _anthropic_schema(question: Question) -> dict:
    """Models that take neither a temperature nor a forced tool."""
    answer_format = {"type": "json_schema", "schema": question.schema}
    return _anthropic(question) | {"output_config": {"format": answer_format}}


def _read_anthropic(reply: dict) -> Reply:
    usage = reply.get("usage") or {}
    tokens = _count(usage.get("input_tokens")), _count(usage.get("output_tokens"))
    reason = reply.get("stop_reason")
    if reason == "refusal":
        return Reply("refused", "", *tokens)
    if reason == "max_tokens":
        return Reply("cut", "", *tokens)
    for block in reply["content"]:
        if block["type"] == "tool_use" and block["name"] == _NAME:
            return Reply("answered", json.dumps(block["input"]), *tokens)
    texts = [block["text"] for block in reply["content"] if block["type"] == "text"]
    return Reply("answered" if texts else "malformed", "".join(texts), *tokens)


def _count(value: object) -> int:
    return value if type(value) is int and 0 <= value < 1 << 31 else 0


PROTOCOLS = {
    "openai": Protocol(
        "/chat/completions",
        _openai_headers,
        (_openai_schema, _openai_fixed_temperature, _openai_object),
        _read_openai,
    ),
    "anthropic": Protocol(
        "/v1/messages",
        _anthropic_headers,
        (_anthropic_tool, _anthropic_schema),
        _read_anthropic,
    ),
}
