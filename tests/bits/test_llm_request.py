"""What is sent: turns as JSON that no text in them can leave, cut to bounds."""

import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st

from flows.bits.llm.request import (
    CUT,
    PROMPT_VERSION,
    answer_schema,
    cut_into_calls,
    load_prompt,
    prompt_digest,
)
from flows.bits.names import BITS
from flows.bits.prompts import Prompt

# An edited prompt is another prompt: give it a new file and version, then its digest here.
DIGESTS = {"v1": "76e8119e4817b949b6fa9a9313bdcb714423d5b81a0e37942935e1143a324bb0"}


def sent(*prompts: Prompt) -> list[dict]:
    return [turn for call in cut_into_calls(prompts) for turn in json.loads(call.message)["turns"]]


def test_a_session_is_one_call_with_its_turns_in_order():
    calls = list(cut_into_calls([Prompt("add a flag"), Prompt("no, a switch", context="Added.")]))
    assert len(calls) == 1
    assert json.loads(calls[0].message)["turns"] == [
        {
            "turn": 1, "human": "add a flag", "agent_tail": "", "human_before": "",
            "interrupted_before": False, "rejected_before": False,
        },
        {
            "turn": 2, "human": "no, a switch", "agent_tail": "Added.",
            "interrupted_before": False, "rejected_before": False,
        },
    ]  # fmt: skip


def test_a_session_without_prompts_is_no_call():
    assert list(cut_into_calls([])) == []


def test_of_the_agent_only_the_last_words_are_sent():
    (turn,) = sent(Prompt("why?", context="a" * 5000 + "the end"))
    assert len(turn["agent_tail"]) == 500
    assert turn["agent_tail"].endswith("the end")


def test_a_prompt_of_a_megabyte_is_sent_by_its_head_and_tail():
    (turn,) = sent(Prompt("start " + "x" * 1_000_000 + " that is wrong"))
    assert len(turn["human"]) < 4100
    assert turn["human"].startswith("start") and turn["human"].endswith("that is wrong")
    assert CUT in turn["human"]


def test_a_long_session_is_read_in_pieces_that_stay_the_same_when_it_goes_on():
    prompts = [Prompt(f"step {number}") for number in range(100)]
    calls = list(cut_into_calls(prompts))
    assert [len(call.turns) for call in calls] == [40, 40, 20]
    assert calls[1].human_before == "step 39"
    longer = list(cut_into_calls([*prompts, Prompt("step 100")]))
    assert [call.message for call in longer[:2]] == [call.message for call in calls[:2]]


def test_a_call_is_bounded_by_characters_too():
    calls = list(cut_into_calls([Prompt("y" * 4000)] * 40))
    assert len(calls) > 1
    assert all(len(call.message) < 100_000 for call in calls)


@given(st.text(), st.text())
def test_no_text_can_open_or_close_a_tag_or_a_line(human, context):
    (call,) = cut_into_calls([Prompt(human, context)])
    assert not set(call.message) & set("<>\n\r\u2028\u2029")
    (turn,) = json.loads(call.message)["turns"]
    assert turn["human"] == human


def test_half_characters_do_not_break_a_request():
    (call,) = cut_into_calls([Prompt("bad \ud800 half", "\udfff")])
    assert call.message.encode()


def test_the_schema_asks_for_every_bit_in_the_strict_subset():
    schema = answer_schema()
    finding = schema["properties"]["turns"]["items"]["properties"]["findings"]["items"]
    assert finding["properties"]["bit"]["enum"] == list(BITS)
    assert_strict(schema)


def assert_strict(schema: dict) -> None:
    if schema["type"] == "object":
        assert schema["additionalProperties"] is False
        assert schema["required"] == list(schema["properties"])
        for inner in schema["properties"].values():
            assert_strict(inner)
    if schema["type"] == "array":
        assert_strict(schema["items"])


def test_the_prompt_defines_every_bit():
    assert all(f"| `{bit}` |" in load_prompt() for bit in BITS)


def test_an_edited_prompt_needs_a_new_version():
    digest = hashlib.sha256(load_prompt().encode()).hexdigest()
    assert DIGESTS[PROMPT_VERSION] == digest
    assert len(prompt_digest()) == 64
