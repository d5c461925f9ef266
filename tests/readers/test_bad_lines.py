"""Every line is accounted for: landed, not an event, or refused by reason and place."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.policy.errors import WinnowError
from flows.readers import REFUSAL_REASONS, Tally

BAD_LINES = {
    "bad_json": b'{"type": "user", "message": REDACTED',
    "not_an_object": b'["user"]',
    "bad_schema": b'{"type": "user", "sessionId": "s", "message": {"content": {"text": 1}}}',
    "bad_utf8": b'{"type": "user", "sessionId": "s\xff"}',
    "too_deep": b'{"type": "user", "x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "unknown_record_type": b'{"type": "hologram", "sessionId": "s"}',
}


@pytest.mark.parametrize("reason", BAD_LINES)
def test_a_bad_line_is_refused_by_reason_and_place_and_the_rest_lands(transcript, reason):
    transcript.user("Before.").add_line(BAD_LINES[reason]).user("After.")
    reading = transcript.read()
    assert reading.prompt_texts == ["Before.", "After."]
    assert reading.tally.refusals == [(reason, len(transcript.lines[0]))]


def test_a_nul_byte_is_bad_json(transcript):
    reading = transcript.user("Go.").add_line(b'{"type": "mode\x00"}').add_line(b"\x00\x00").read()
    assert reading.tally.refused == {"bad_json": 2}


def test_a_line_that_ends_in_mid_air_at_the_end_of_the_file_is_truncated(transcript, read_bytes):
    transcript.user("Go.").user("Half of this")
    reading = read_bytes(transcript.bytes()[:-20])
    assert reading.prompt_texts == ["Go."]
    assert reading.tally.refused == {"truncated_line": 1}


def test_a_whole_last_line_without_newline_lands(transcript, read_bytes):
    assert read_bytes(transcript.user("Go.").bytes()[:-1]).prompt_texts == ["Go."]


def test_blank_lines_are_no_events(transcript):
    reading = transcript.user("Go.").add_line(b"").add_line(b" \t\r").read()
    assert (reading.tally.lines_read, reading.tally.lines_not_event) == (3, 2)


def test_carriage_returns_and_a_byte_order_mark_do_no_harm(transcript, read_bytes):
    data = transcript.user("Go.").reply().bytes().replace(b"\n", b"\r\n")
    reading = read_bytes(b"\xef\xbb\xbf" + data)
    assert (len(reading.events), reading.tally.refused) == (2, {})


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        (rb"cut \ud83d here", "cut \ufffd here"),
        (rb"cut \ude00", "cut \ufffd"),
        (rb"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (rb"whole \ud83d\ude00, cut \uD83D", "whole \U0001f600, cut \ufffd"),
        (rb"kept \\ud83d, cut \ud83d\n", "kept \\ud83d, cut \ufffd"),
    ],
)
def test_a_lone_surrogate_becomes_a_replacement_character(transcript, escaped, text):
    line = transcript.user("HERE").lines.pop()
    prompt = transcript.add_line(line.strip().replace(b"HERE", escaped)).read().prompts[0]
    assert prompt.raw__text == text
    assert prompt.raw__text.encode()


def test_a_lone_surrogate_in_a_field_that_nobody_wants_does_no_harm(transcript):
    line = transcript.user("Go.", slug="HERE").lines.pop()
    assert transcript.add_line(line.strip().replace(b"HERE", rb"\ud83d")).read().prompt_texts == [
        "Go."
    ]


def test_an_escaped_nul_is_replaced(transcript):
    assert transcript.user("a\0b").read().prompt_texts == ["a\ufffdb"]


@pytest.mark.parametrize(
    "timestamp",
    [None, "", "yesterday", 1_772_442_000, "2026-02-30T00:00:00Z", "1969-12-31T00:00:00Z", True],
)
def test_an_event_without_an_instant_is_refused(transcript, timestamp):
    assert transcript.user("Go.", timestamp=timestamp).read().tally.refused == {"bad_timestamp": 1}


def test_a_record_that_is_no_event_needs_no_instant(transcript):
    reading = transcript.user("Caveat", isMeta=True, timestamp=None).record("mode").read()
    assert reading.tally.lines_not_event == 2


def test_an_instant_with_an_offset_is_converted(transcript):
    east, utc = (
        transcript.user("1", timestamp="2026-03-02T11:00:00.000001+02:00")
        .user("2", timestamp="2026-03-02T09:00:00.000001")
        .read()
        .events
    )
    assert east.event_at == utc.event_at == 1_772_442_000_000_001


@pytest.mark.parametrize("session", [None, "", "x" * 201])
def test_an_event_without_a_session_is_refused(transcript, session):
    transcript.user("Go.")
    assert transcript.user("Lost.", sessionId=session).read().tally.refused == {"no_session": 1}


def test_the_second_spelling_of_the_session_counts(transcript):
    transcript.user("Go.")
    reading = transcript.user("On.", sessionId=None, session_id="session-7").read()
    assert [event.session_id for event in reading.events] == ["session-1", "session-7"]


@pytest.mark.parametrize("record_type", ["user", "assistant"])
@pytest.mark.parametrize("message", [None, {}, {"content": None}])
def test_a_message_without_content_is_refused(transcript, record_type, message):
    transcript.user("Go.").record(record_type, message=message)
    assert transcript.read().tally.refused == {"bad_schema": 1}


def test_places_are_capped_and_counts_are_exact(transcript):
    transcript.user("Go.")
    for _ in range(500):
        transcript.add_line(b"{")
    tally = transcript.read().tally
    assert (tally.refused, len(tally.refusals)) == ({"bad_json": 500}, 100)


def test_a_tally_that_does_not_add_up_is_loud():
    tally = Tally()
    tally.lines_read = 1
    with pytest.raises(WinnowError, match="not the sum"):
        tally.check()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "message", "content", "text", "uuid", "origin", "prompt"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(lines=st.lists(st.binary(max_size=40) | JSON.map(lambda value: json.dumps(value).encode())))
def test_whatever_the_lines_are_each_is_accounted_for(read_bytes, lines):
    known = b'{"type": "mode", "mode": "plan", "sessionId": "s"}\n'
    reading = read_bytes(known + b"\n".join(lines))
    assert set(reading.tally.refused) <= set(REFUSAL_REASONS)
    assert reading.tally.lines_read >= 1


@pytest.mark.parametrize(
    "outcome", [b'[{"type":"text"}, 1]', b'"no UTF-8: \xff"', b"1e400", b"[[[]]]"]
)
def test_what_a_tool_answered_beside_its_result_refuses_no_line(transcript, read_bytes, outcome):
    data = transcript.call("c", "Edit").result("c", outcome="HERE").bytes()
    reading = read_bytes(data.replace(b'"HERE"', outcome))
    assert [event.kind for event in reading.events] == ["tool_call", "tool_result"]
    assert reading.events[1].lines_added_count is None


def test_lines_are_counted_where_a_lone_surrogate_had_to_be_replaced(transcript, read_bytes):
    patch = {"structuredPatch": [{"lines": ["+new", "-old", "+more"]}], "originalFile": "HERE"}
    data = transcript.call("c", "Edit").result("c", outcome=patch).bytes()
    result = read_bytes(data.replace(b"HERE", rb"\ud83d")).events[1]
    assert (result.lines_added_count, result.lines_removed_count) == (2, 1)
