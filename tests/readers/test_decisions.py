"""Rejections, interruptions, clarifications, plan decisions: one act of a human, one event."""

import pytest

REJECTED = (
    "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was "
    "a file edit, the new_string was NOT written to the file). "
)
STOP = REJECTED + "STOP what you are doing and wait for the user to tell you how to proceed."
SAID = REJECTED + "To tell you how to proceed, the user said:\n"
NOTE = (
    "\n\nNote: The user's next message may contain a correction or preference. Pay close attention."
)
MARKER = "[Request interrupted by user]"
TOOL_MARKER = "[Request interrupted by user for tool use]"


def test_an_interruption_is_an_act_of_the_user(transcript):
    event = transcript.reply().user([{"type": "text", "text": MARKER}]).read().events[-1]
    assert (event.actor, event.kind, event.has_words, event.raw__text) == (
        "user",
        "interruption",
        False,
        None,
    )


def test_one_esc_on_a_permission_dialog_is_one_act(transcript):
    reading = transcript.call("t1", "Bash", command="rm x").result("t1", STOP, error=True)
    reading = reading.user([{"type": "text", "text": TOOL_MARKER}]).read()
    assert [e.kind for e in reading.events] == ["tool_call", "rejection"]
    assert reading.tally.lines_not_event == 1


def test_one_esc_that_turns_down_parallel_calls_is_one_act(transcript):
    for call in ("t1", "t2"):
        transcript.call(call, "Edit", message="msg-1", file_path="a.py")
    transcript.result("t1", STOP, error=True).result("t2", STOP, error=True)
    reading = transcript.user(TOOL_MARKER).read()
    assert [e.kind for e in reading.events if e.actor != "agent"] == ["rejection", "tool_result"]
    assert reading.events[-1].is_error is None


def test_an_interruption_after_the_agent_went_on_is_an_act_of_its_own(transcript):
    transcript.call("t1", "Bash", command="ls").result("t1", SAID + "No, use make.", error=True)
    reading = transcript.reply("All right.", message="msg-2").user(MARKER).read()
    assert [e.kind for e in reading.events if e.actor == "user"] == ["rejection", "interruption"]


def test_a_second_rejection_with_other_words_is_an_act_of_its_own(transcript):
    transcript.result("t1", SAID + "Not this.", error=True)
    reading = transcript.result("t2", SAID + "Nor that.", error=True).read()
    assert [e.raw__text for e in reading.kinds("rejection")] == ["Not this.", "Nor that."]


def test_a_rejection_with_words_keeps_the_words_alone(transcript):
    transcript.call("t1", "Write", file_path="a.py")
    event = (
        transcript.result("t1", SAID + "Use the other file." + NOTE, error=True).read().events[-1]
    )
    assert (event.kind, event.has_words, event.raw__text) == (
        "rejection",
        True,
        "Use the other file.",
    )
    assert (event.tool_kind, event.is_error) == ("write", None)


def test_a_rejection_without_words_has_none(transcript):
    reading = transcript.result("t1", STOP, error=True, outcome="User rejected tool use").read()
    assert [(e.kind, e.has_words, e.raw__text) for e in reading.events] == [
        ("rejection", False, None)
    ]


def test_a_rejection_in_text_blocks_is_one(transcript):
    blocks = [{"type": "text", "text": SAID + "Wait."}]
    assert transcript.result("t1", blocks, error=True).read().events[0].raw__text == "Wait."


def test_clarify_is_no_rejection_and_has_no_words(transcript):
    text = SAID + "The user wants to clarify these questions.\n    Questions asked:\n- …"
    event = transcript.result("t1", text, error=True).read().events[0]
    assert (event.kind, event.has_words, event.raw__text) == ("clarification", False, None)


@pytest.mark.parametrize(
    "text",
    [
        "This command requires approval",
        "Claude requested permissions to write to a.py, but you haven't granted it yet.",
        "Permission to use Bash has been auto-denied in dontAsk mode.",
        "Permission for this action has been denied by the Claude Code auto mode classifier.",
    ],
)
def test_what_a_machine_denied_is_an_error_not_a_rejection(transcript, text):
    event = transcript.result("t1", text, error=True).read().events[0]
    assert (event.actor, event.kind, event.is_error) == ("tool", "tool_result", True)


def test_a_result_that_quotes_a_rejection_is_a_result(transcript):
    assert transcript.result("t1", STOP).read().events[0].kind == "tool_result"


@pytest.mark.parametrize("tool", ["ExitPlanMode", "exit_plan_mode"])
def test_a_plan_is_approved(transcript, tool):
    text = "User has approved your plan. You can now start coding."
    reading = transcript.call("t1", tool, plan="1. Do it.").result("t1", text).read()
    assert [(e.actor, e.kind, e.raw__text) for e in reading.events[1:]] == [
        ("user", "plan_approval", None)
    ]
    assert reading.events[0].raw__tool_input is None


def test_a_plan_is_approved_although_its_call_is_in_another_file(transcript):
    reading = transcript.result("t9", "User has approved your plan.").read()
    assert reading.events[0].kind == "plan_approval"


def test_another_tools_result_never_approves_a_plan(transcript):
    transcript.call("t1", "Read", file_path="log")
    assert transcript.result("t1", "User has approved your plan").read().events[-1].actor == "tool"


def test_a_plan_is_rejected_with_words(transcript):
    transcript.call("t1", "ExitPlanMode", plan="…")
    event = transcript.result("t1", SAID + "Too long.", error=True).read().events[-1]
    assert (event.kind, event.raw__text) == ("plan_rejection", "Too long.")


def test_the_plan_that_a_fresh_context_starts_with_was_approved(transcript):
    by_text = transcript.user("Implement the following plan:\n\n1. Do it.").read().events[0]
    assert (by_text.actor, by_text.kind, by_text.raw__text) == ("user", "plan_approval", None)


def test_a_plan_content_is_an_approval_whatever_its_text(transcript):
    event = transcript.user("Go on with it", planContent="1. Do it.").read().events[0]
    assert (event.kind, event.raw__text) == ("plan_approval", None)


def test_the_rejection_that_a_fresh_context_writes_first_is_none(transcript):
    transcript.call("t1", "ExitPlanMode", plan="…").result("t1", STOP, error=True)
    reading = transcript.user(TOOL_MARKER).user("Implement the following plan:\n…").read()
    assert [e.kind for e in reading.events] == ["tool_call", "tool_result", "plan_approval"]


def test_a_rejected_plan_stays_rejected_when_the_human_goes_on(transcript):
    transcript.call("t1", "ExitPlanMode", plan="…").result("t1", STOP, error=True)
    reading = (
        transcript.user("Another way, please.").user("Implement the following plan:\n…").read()
    )
    assert [e.kind for e in reading.events[1:]] == ["plan_rejection", "prompt", "plan_approval"]
