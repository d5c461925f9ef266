"""What counts as said by a human, and what is known of it from before."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.policy.human_turns import CONTEXT_CHARACTERS, Event, turns_of
from flows.policy.vocabulary import KINDS
from tests.flows.house import DAY

NUMBERS = count()


def event(kind: str, text: str | None = None, *, session="s1", message="") -> Event:
    key = f"e{next(NUMBERS)}"
    return Event(session, DAY, DAY, key, message or key, kind, text)


def turns(*events: Event) -> list:
    return list(turns_of(events))


def test_a_prompt_knows_the_prompt_before_it_and_what_the_agent_wrote_in_between():
    first, second = turns(
        event("prompt", "add a flag"),
        event("reply", "Working on it."),
        event("reply", "Done."),
        event("prompt", "thanks"),
    )
    assert (first.before, first.context) == ("", "")
    assert (second.before, second.context) == ("add a flag", "Working on it.\nDone.")


def test_of_what_the_agent_wrote_the_end_is_known():
    (turn,) = turns(event("reply", "x" * 5000), event("reply", "Done."), event("prompt", "ok"))
    assert len(turn.context) == CONTEXT_CHARACTERS and turn.context.endswith("x\nDone.")


def test_an_old_reply_is_not_the_context_of_the_prompt_after_next():
    *_, last = turns(event("reply", "Done."), event("prompt", "one"), event("prompt", "two"))
    assert (last.before, last.context) == ("one", "")


def test_the_blocks_of_a_prompt_are_one_turn_under_the_key_of_the_first():
    first, second = event("prompt", "see", message="m"), event("prompt", "this", message="m")
    (turn,) = turns(first, second)
    assert (turn.text, turn.event_key) == ("see\nthis", first.event_key)


@pytest.mark.parametrize("kind", ["rejection", "plan_rejection"])
def test_the_words_of_a_refusal_are_a_turn_that_is_marked_itself(kind):
    refused, after = turns(event(kind, "not that file"), event("prompt", "go on"))
    assert (refused.text, refused.rejected) == ("not that file", True)
    assert (after.before, after.rejected) == ("not that file", False)


@pytest.mark.parametrize("kind", ["rejection", "plan_rejection"])
def test_a_refusal_without_words_marks_the_next_turn_only(kind):
    first, second = turns(event(kind), event("prompt", "one"), event("prompt", "two"))
    assert (first.rejected, second.rejected) == (True, False)


def test_an_interruption_marks_the_next_turn_only():
    first, second = turns(event("interruption"), event("prompt", "wait"), event("prompt", "go on"))
    assert (first.interrupted, second.interrupted) == (True, False)
    assert not first.rejected


def test_the_words_behind_a_command_are_a_turn_and_the_prompt_before_the_next():
    command, after = turns(
        event("reply", "Done."), event("command", "still broken, look again"), event("prompt", "ok")
    )
    assert (command.text, command.context) == ("still broken, look again", "Done.")
    assert not command.rejected
    assert after.before == "still broken, look again"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("command", None), ("command", "sonnet"), ("command", "../lib"), ("prompt", None),
        ("prompt", ""), ("memory_note", "tabs, never spaces"), ("clarification", None),
        ("plan_approval", None), ("tool_result", "all tests pass"), ("summary", "we did much"),
    ],
)  # fmt: skip
def test_what_nobody_said_is_no_turn_and_no_prompt_before_another(kind, text):
    first, second = turns(event("prompt", "one"), event(kind, text), event("prompt", "two"))
    assert (second.before, second.interrupted, second.rejected) == (first.text, False, False)


def test_one_word_behind_a_command_is_said_where_its_script_has_no_blanks():
    assert [turn.text for turn in turns(event("command", "まだ壊れています"))] == [
        "まだ壊れています"
    ]


def test_nothing_goes_from_one_session_to_the_next():
    *_, last = turns(
        event("prompt", "one"),
        event("interruption"),
        event("reply", "Stopped."),
        event("prompt", "two", session="s2"),
    )
    assert (last.before, last.context, last.interrupted) == ("", "", False)


@given(
    st.lists(
        st.tuples(st.sampled_from(KINDS), st.none() | st.text(), st.sampled_from(("s1", "s2")))
    )
)
def test_every_turn_is_an_events_own_and_comes_once(acts):
    events = [event(kind, text, session=session) for kind, text, session in acts]
    events.sort(key=lambda each: each.session_key)
    found = turns(*events)
    keys = [turn.event_key for turn in found]
    assert len(keys) == len(set(keys)) and set(keys) <= {each.event_key for each in events}
    assert all(turn.text for turn in found)
