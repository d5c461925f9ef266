"""What the agent says and does: replies, thinking, tool calls, their results and tokens."""

import pytest


def test_a_reply_keeps_its_text_and_model(transcript):
    event = transcript.reply("Here you are.").read().events[0]
    assert (event.actor, event.kind, event.raw__text) == ("agent", "reply", "Here you are.")
    assert (event.model_family, event.raw__model) == ("opus", "claude-opus-4-6")
    assert event.has_words is False


def test_content_that_is_plain_text_is_a_reply(transcript):
    transcript.record("assistant", message={"id": "m", "content": "Plain."})
    assert transcript.read().events[0].raw__text == "Plain."


def test_thinking_has_no_text(transcript):
    blocks = [
        {"type": "thinking", "thinking": "secret"},
        {"type": "redacted_thinking", "data": "x"},
    ]
    for event in transcript.agent(*blocks).read().events:
        assert (event.kind, event.raw__text, event.raw__workdir) == ("thinking", None, None)


def test_a_sidechains_reply_has_no_text(transcript):
    event = transcript.reply("Found it.", isSidechain=True).read().events[0]
    assert (event.is_sidechain, event.raw__text) == (True, None)


@pytest.mark.parametrize(
    ("name", "given", "kind", "argument", "path"),
    [
        ("Bash", {"command": "ls", "description": "d"}, "shell", "ls", None),
        ("Grep", {"pattern": "def x", "path": "src"}, "search", "def x", "src"),
        ("Glob", {"pattern": "*.py"}, "search", "*.py", None),
        ("WebFetch", {"url": "https://e.org", "prompt": "p"}, "web", "https://e.org", None),
        ("WebSearch", {"query": "q"}, "web", "q", None),
        ("Task", {"description": "d", "prompt": "p"}, "task", "d", None),
        ("Agent", {"description": "d", "prompt": "p"}, "task", "d", None),
        ("Read", {"file_path": "a.py"}, "read", None, "a.py"),
        ("Edit", {"file_path": "a.py", "old_string": "o"}, "edit", None, "a.py"),
        ("MultiEdit", {"file_path": "a.py", "edits": []}, "edit", None, "a.py"),
        ("NotebookEdit", {"notebook_path": "a.ipynb", "new_source": "x"}, "edit", None, "a.ipynb"),
        ("Write", {"file_path": "a.py", "content": "c"}, "write", None, "a.py"),
        ("Skill", {"skill": "review"}, "other", "review", None),
        ("TodoWrite", {"todos": [{"content": "c"}]}, "other", None, None),
        ("mcp__tracker__create", {"query": "q"}, "mcp", None, None),
        ("SomethingNew", {"command": "c"}, "other", None, None),
        ("Bash", {"command": {"not": "text"}}, "shell", None, None),
        ("Bash", {"command": 5}, "shell", None, None),
    ],
)
def test_a_call_lands_its_kind_its_argument_and_its_path(
    transcript, name, given, kind, argument, path
):
    event = transcript.call("t1", name, **given).read().events[0]
    assert (event.kind, event.tool_kind) == ("tool_call", kind)
    assert (event.raw__tool_input, event.raw__path) == (argument, path)


def test_a_long_command_is_cut(transcript):
    event = transcript.call("t1", "Bash", command="x" * 10_000).read().events[0]
    assert len(event.raw__tool_input) == 2_000


@pytest.mark.parametrize(
    "path",
    [
        "/repo/CLAUDE.md",
        "AGENTS.md",
        r"C:\repo\CLAUDE.local.md",
        "/home/someone/.claude/projects/-repo/memory/style.md",
        "/repo/docs/MEMORY.md",
    ],
)
@pytest.mark.parametrize("tool", ["Edit", "Write"])
def test_a_write_to_the_agents_memory_is_a_note(transcript, tool, path):
    event = transcript.call("t1", tool, file_path=path).read().events[0]
    assert (event.actor, event.kind, event.raw__path) == ("agent", "memory_note", path)


def test_reading_the_agents_memory_is_no_note(transcript):
    assert transcript.call("t1", "Read", file_path="CLAUDE.md").read().kinds("memory_note") == []


def test_a_file_about_memory_is_no_note(transcript):
    path = "/repo/src/memory/claude.md"
    assert transcript.call("t1", "Edit", file_path=path).read().events[0].kind == "tool_call"


def test_a_result_says_whether_its_tool_failed_and_has_no_text(transcript):
    transcript.call("t1", "Bash", command="make").call("t2", "Bash", command="ls")
    transcript.result("t1", "Exit code 2\nsecret", error=True, outcome="Error: Exit code 2")
    reading = transcript.result("t2", "a.py", error=False, outcome={"stdout": "a.py"}).read()
    results = reading.kinds("tool_result")
    assert [(e.tool_kind, e.is_error) for e in results] == [("shell", True), ("shell", False)]
    assert {text for event in results for text in event[-5:]} == {None}


def test_a_result_without_its_call_has_no_tool_kind(transcript):
    assert transcript.result("elsewhere").read().events[0].tool_kind is None


def test_an_edit_counts_the_lines_of_its_patch(transcript):
    lines = [" a", "-b", '-"', "+c", "+,", '+["+', "+"]
    patch = [{"oldStart": 1, "lines": lines}, {"oldStart": 9, "lines": ["+d"]}]
    transcript.call("t1", "Edit", file_path="a.py")
    event = transcript.result("t1", outcome={"structuredPatch": patch}).read().events[-1]
    assert (event.lines_added_count, event.lines_removed_count) == (5, 2)


@pytest.mark.parametrize(
    ("content", "added"),
    [("a\nb\n", 2), ("a\nb", 2), ("", 0), ("\n", 1), (r"a\n b", 1), ("C:\\new\\n.txt", 1)],
)
def test_a_created_file_counts_the_lines_of_its_content(transcript, content, added):
    created = {"type": "create", "content": content, "structuredPatch": [], "originalFile": None}
    transcript.call("t1", "Write", file_path="a.py")
    event = transcript.result("t1", outcome=created).read().events[-1]
    assert (event.lines_added_count, event.lines_removed_count) == (added, 0)


@pytest.mark.parametrize("outcome", ["Error: not found", {"stdout": "+x"}, [1], None, {}])
def test_a_result_that_changed_no_file_counts_no_lines(transcript, outcome):
    transcript.call("t1", "Edit", file_path="a.py")
    event = transcript.result("t1", outcome=outcome).read().events[-1]
    assert (event.lines_added_count, event.lines_removed_count) == (None, None)


def usage(output, fresh=10, written=5, read=100):
    return {
        "input_tokens": fresh,
        "output_tokens": output,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
    }


def tokens(events):
    return [(e.input_tokens, e.output_tokens, e.cached_tokens) for e in events]


def test_a_messages_final_tokens_stand_on_its_first_block_only(transcript):
    transcript.reply("One.", usage=usage(2))
    transcript.agent({"type": "tool_use", "id": "t1", "name": "Bash", "input": {}}, usage=usage(2))
    transcript.result("t1").reply("Two.", usage=usage(40)).reply(message="msg-2", usage=usage(7))
    assert tokens(transcript.read().events) == [
        (15, 40, 100),
        (None, None, None),
        (None, None, None),
        (None, None, None),
        (15, 7, 100),
    ]


def test_a_message_that_comes_again_has_no_tokens_again(transcript):
    transcript.reply(usage=usage(3)).reply(message="msg-2", usage=usage(4)).reply(usage=usage(3))
    assert [e.output_tokens for e in transcript.read().events] == [3, 4, None]


def test_a_message_without_id_is_one_of_its_own(transcript):
    transcript.reply(message=None, usage=usage(3)).reply(message=None, usage=usage(4))
    events = transcript.read().events
    assert [e.output_tokens for e in events] == [3, 4]
    assert events[0].message_key != events[1].message_key


def test_blocks_of_one_message_share_its_key(transcript):
    first, second, other = transcript.reply().reply().reply(message="msg-2").read().events
    assert first.message_key == second.message_key != other.message_key
    assert first.event_key != second.event_key


@pytest.mark.parametrize("value", [-1, 1.5, "12", True, None, 10**30])
def test_a_token_count_that_is_none_is_unknown(transcript, value):
    reported = {"input_tokens": value, "output_tokens": value}
    assert tokens(transcript.reply(usage=reported).read().events) == [(None, None, None)]


def test_rows_keep_the_order_of_the_file_while_tokens_wait(transcript):
    transcript.user("Go.").reply(usage=usage(1)).result("t0").user("Stop.").reply(message="msg-2")
    at = [event.event_at for event in transcript.read().events]
    assert at == sorted(at) and len(at) == 5


def test_a_message_that_never_ends_does_not_hold_the_file_back(transcript):
    transcript.reply(usage=usage(1))
    for _ in range(1_500):
        transcript.result("t0")
    reading = transcript.read()
    assert len(reading.events) == 1_501
    assert reading.events[0].output_tokens == 1


def test_an_api_error_is_the_systems_and_has_no_text(transcript):
    local = {"model": "<synthetic>", "isApiErrorMessage": True}
    transcript.reply("API Error: 500 secret", **local).record(
        "system", subtype="api_error", error={"headers": {"request-id": "secret"}}
    )
    for event in transcript.read().events:
        assert (event.actor, event.kind, event.is_error) == ("system", "api_error", True)
        assert event.raw__text is None


def test_an_error_flag_that_is_false_makes_no_error(transcript):
    assert transcript.reply(isApiErrorMessage=False).read().events[0].kind == "reply"


def test_text_that_no_model_wrote_is_no_reply(transcript):
    event = transcript.reply("No response requested.", model="<synthetic>").read().events[0]
    assert (event.actor, event.kind, event.model_family) == ("system", "other", "synthetic")


def test_other_system_records_are_no_events(transcript):
    transcript.record("system", subtype="turn_duration").record("system", content="hook ran")
    assert transcript.read().events == []


def test_the_same_record_in_two_files_has_the_same_keys(transcript, read_bytes):
    transcript.user("Go.").reply()
    again = read_bytes(transcript.lines[1] + transcript.lines[0])
    keys = {(e.event_key, e.message_key) for e in transcript.read().events}
    assert {(e.event_key, e.message_key) for e in again.events} == keys


def test_a_uuid_that_comes_twice_in_a_file_lands_twice_with_one_key(transcript, read_bytes):
    reading = read_bytes(transcript.user("Go.").lines[0] * 2)
    assert len(reading.events) == 2
    assert len({event.event_key for event in reading.events}) == 1


def test_clocks_may_run_backwards(transcript):
    transcript.user("Later.", timestamp="2026-03-02T10:00:00Z")
    transcript.reply(timestamp="2026-03-02T09:59:59.999Z")
    first, second = transcript.read().events
    assert first.event_at - second.event_at == 1_000
