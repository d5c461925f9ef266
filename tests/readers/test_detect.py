"""A file in a format that no reader knows is refused, not guessed at."""

import json

import pytest

from flows.readers.detect import detect_format

FOREIGN = {
    "codex": [
        {"timestamp": "2026-03-02T09:00:00Z", "type": "session_meta", "payload": {"id": "x"}},
        {"timestamp": "2026-03-02T09:00:01Z", "type": "event_msg", "payload": {"type": "a"}},
    ],
    "gemini lines": [
        {"sessionId": "x", "projectHash": "y", "kind": "main"},
        {"id": "1", "timestamp": "2026-03-02T09:00:00Z", "type": "user", "content": "Hello."},
    ],
    "copilot": [{"type": "user.message", "data": {"content": "Hello."}}],
    "pi": [{"type": "session", "id": "x"}, {"type": "message", "message": {"content": "Hello."}}],
    "otel": [{"resource": {}, "attributes": {"session.id": "x", "prompt": "Hello."}}],
    "anything": [{"a": 1}, [1, 2], "text", 3, None],
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_format_is_refused_line_by_line(read_bytes, name):
    lines = [json.dumps(record).encode() + b"\n" for record in FOREIGN[name]]
    reading = read_bytes(b"".join(lines))
    assert (reading.format, reading.events) == (None, [])
    assert reading.tally.refused == {"unknown_format": len(lines)}


@pytest.mark.parametrize(
    "data",
    [
        b"# aider chat started at 2026-03-02\n\n#### Hello.\n",
        b'{\n  "sessionId": "x",\n  "messages": []\n}\n',
        b"\x28\xb5\x2f\xfd\x00\x00\n\x00",
        "no UTF-8".encode("utf-16"),
        b"\n\n",
    ],
)
def test_what_is_no_json_lines_is_refused(read_bytes, data):
    reading = read_bytes(data)
    assert (reading.format, reading.events) == (None, [])
    assert reading.tally.lines_refused == reading.tally.lines_read > 0


def test_an_empty_file_has_no_lines_and_no_format(read_bytes):
    reading = read_bytes(b"")
    assert (reading.format, reading.tally.lines_read) == (None, 0)


@pytest.mark.parametrize(
    "first",
    [
        {"type": "summary", "summary": "A title", "leafUuid": "u"},
        {"type": "file-history-snapshot", "messageId": "m", "snapshot": {}},
        {"type": "mode", "mode": "normal", "sessionId": "s"},
        {"type": "queue-operation", "operation": "dequeue", "sessionId": "s"},
    ],
)
def test_a_transcript_is_known_by_any_of_its_records(read_bytes, first):
    assert read_bytes(json.dumps(first).encode()).format == "claude_code"


def test_a_foreign_file_is_not_taken_into_memory(read_bytes):
    lines = [b"x" * 6_000_000 + b"\n"] * 8
    assert detect_format(iter(lines)) == (None, lines[:3])


def test_bad_lines_at_the_start_do_not_hide_a_transcript(transcript):
    for _ in range(20):
        transcript.add_line(b'{"type": "user", REDACTED')
    reading = transcript.user("Go.").read()
    assert (reading.format, reading.prompt_texts) == ("claude_code", ["Go."])
    assert reading.tally.refused == {"bad_json": 20}
