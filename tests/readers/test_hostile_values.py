"""Reader-level twins: whatever stands in a source field, a typed column holds vocabulary only."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from flows.policy.vocabulary import ACTORS, AGENTS, KINDS, MODEL_FAMILIES, TOOL_KINDS
from flows.readers import EVENT_FIELDS

WORDS = "the launch code is hunter2"
KEY = re.compile(r"[0-9a-f]{32}\Z")

HOSTILE = st.one_of(
    st.sampled_from(
        [
            WORDS,
            "2.1." + WORDS,
            "2.1.7 " + WORDS,
            "1000.1.1",
            "٣.١.٢",
            "claude-opus-" + WORDS,
            "mcp__" + WORDS,
            "Bash ",
            "",
            "\ud83d",
            "a\0b",
            "x" * 5_000,
        ]
    ),
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.lists(st.text(max_size=5), max_size=2),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
)

FIELDS = (
    *("uuid", "sessionId", "session_id", "version", "cwd", "isSidechain", "isMeta", "entrypoint"),
    *("promptSource", "origin", "subtype", "operation", "content", "planContent", "attachment"),
    *("isCompactSummary", "isApiErrorMessage", "toolUseResult", "requestId", "timestamp"),
)
TYPES = st.sampled_from(["user", "assistant", "system", "attachment", "queue-operation"])
BLOCK = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["text", "tool_use", "tool_result", "thinking", "image", "web_tool_result", WORDS]
        )
    },
    optional=dict.fromkeys(
        ("text", "name", "id", "input", "tool_use_id", "is_error", "content"), HOSTILE
    ),
)
USAGE = st.dictionaries(
    st.sampled_from(
        [
            *("input_tokens", "output_tokens"),
            *("cache_creation_input_tokens", "cache_read_input_tokens"),
        ]
    ),
    HOSTILE,
)
MESSAGE = st.fixed_dictionaries(
    {"content": st.lists(BLOCK, max_size=3) | HOSTILE},
    optional={"id": HOSTILE, "model": HOSTILE, "usage": USAGE},
)
RECORD = st.fixed_dictionaries(
    {
        "type": TYPES,
        "sessionId": st.just("session-1"),
        "timestamp": st.just("2026-03-02T09:00:00Z"),
        "message": MESSAGE,
        "attachment": st.fixed_dictionaries(
            {"type": st.just("queued_command"), "commandMode": st.just("prompt")},
            optional={"prompt": st.lists(BLOCK, max_size=2) | HOSTILE, "origin": HOSTILE},
        ),
    },
)
CHANGES = st.dictionaries(st.sampled_from(FIELDS), HOSTILE, max_size=3)


def is_count(limit):
    return lambda value: value is None or (type(value) is int and 0 <= value <= limit)


def is_bool_or_none(value):
    return value is None or type(value) is bool


ALLOWED = {
    "event_key": lambda value: KEY.match(value),
    "message_key": lambda value: KEY.match(value),
    "session_id": lambda value: type(value) is str and 0 < len(value) <= 200,
    "event_at": lambda value: type(value) is int and 0 < value < 2**53,
    "block_ordinal": lambda value: type(value) is int and 0 <= value <= 50_000,
    "agent": AGENTS.__contains__,
    "client_major": is_count(999),
    "client_minor": is_count(999),
    "client_patch": is_count(999),
    "actor": ACTORS.__contains__,
    "kind": KINDS.__contains__,
    "has_words": lambda value: type(value) is bool,
    "tool_kind": (*TOOL_KINDS, None).__contains__,
    "model_family": (*MODEL_FAMILIES, None).__contains__,
    "is_sidechain": lambda value: type(value) is bool,
    "is_error": is_bool_or_none,
    "input_tokens": is_count(10**9),
    "output_tokens": is_count(10**9),
    "cached_tokens": is_count(10**9),
    "lines_added_count": is_count(10**7),
    "lines_removed_count": is_count(10**7),
}


def check_row(event):
    for name, value in zip(EVENT_FIELDS, event, strict=True):
        if name.startswith("raw__"):
            assert value is None or (value and value.encode()), name
        else:
            assert ALLOWED[name](value), name


@given(record=RECORD, changes=CHANGES)
def test_only_vocabulary_comes_out_of_any_field(read_bytes, record, changes):
    known = b'{"type": "mode", "mode": "plan", "sessionId": "s"}\n'
    reading = read_bytes(known + json.dumps(record | changes).encode() + b"\n")
    for event in reading.events:
        check_row(event)


@given(words=st.text(min_size=1, max_size=30), other=st.text(min_size=1, max_size=30))
def test_other_text_gives_the_same_typed_columns(new_transcript, words, other):
    """The twin has other words in every place where words may stand."""

    def typed(text):
        written = f"I say {text!r}."
        transcript = new_transcript(version=f"2.1.7-{text}")
        transcript.user(written, cwd=text, gitBranch=text, slug=text)
        transcript.reply(written, model=f"claude-sonnet-{text.encode().hex()}")
        transcript.call("t1", "Bash", message="m", command=text).result("t1", written)
        transcript.call("t2", "Edit", message="n", file_path=f"{text}/a").result("t2", written)
        transcript.call("t3", f"mcp__{text}", message="o", query=text).queue("enqueue", written)
        return [event[:-5] for event in transcript.read().events]

    assert typed(words) == typed(other)


def test_a_typed_column_holds_none_of_the_words(transcript):
    transcript.record(
        "assistant",
        version=WORDS,
        subtype=WORDS,
        message={
            "id": WORDS,
            "model": WORDS,
            "content": [{"type": WORDS}, {"type": "tool_use", "id": "t", "name": WORDS}],
        },
        uuid=WORDS,
    )
    for event in transcript.read().events:
        assert WORDS not in map(str, event[:-5])
        assert event.model_family == "other"
