"""What is known of a prompt beside its words."""

import pytest

from flows.bits.flags import FLAGS, flags_of
from flows.bits.lexicon import load_lexicon
from flows.bits.own_words import own_words
from flows.bits.prompts import Prompt


def flags(text: str, context: str = "", before: str = "", **acts: bool) -> dict[str, float]:
    own, lexicon = own_words(text), load_lexicon()
    words = lexicon.words(own.text)
    prompt = Prompt(text, context, before, **acts)
    found = flags_of(prompt, own, words, len(words), lexicon.words(before))
    return dict(zip(FLAGS, map(float, found), strict=True))


def test_there_is_a_value_for_every_flag():
    assert set(flags("")) == set(FLAGS)


def test_every_prompt_has_a_bias_even_without_words():
    assert flags("")["bias"] == 1


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("where is the retry limit set?", "where is the retry limit set?"),
        ("where's the retry limit set??", "where is the retry limit set?"),
        ("请把按钮移到右边。", "请把按钮移到右边"),
    ],
)
def test_what_is_asked_in_nearly_the_same_words_is_a_near_repeat(text, before):
    assert flags(text, before=before)["nearly_prompt_before"]


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("commit it", "commit it"),
        ("now write the changelog entry", "where is the retry limit set?"),
        ("where is the retry limit set?", ""),
    ],
)
def test_routine_orders_and_new_requests_are_no_near_repeat(text, before):
    assert not flags(text, before=before)["nearly_prompt_before"]


def test_a_request_that_begins_like_the_one_before_is_told():
    before = "show the totals of each month in a table"
    found = flags(f"{before}, with two decimals as I wrote", before=before)
    assert found["begins_as_prompt_before"]


def test_what_the_agent_says_it_did_is_told_from_what_it_asks_or_plans():
    did = flags("hm", context="I've renamed the column. All tests pass.")
    assert did["agent_did"]
    assert not did["agent_did_and_asks"]
    assert flags("hm", context="Renamed. Shall I commit?")["agent_did_and_asks"]
    plans = flags("hm", context="Let's split the module first, then I'd move the tests.")
    assert plans["agent_plans"]
    assert not plans["agent_did"]


def test_without_an_agents_text_nothing_is_known_of_it():
    found = flags("hm")
    assert not any(found[name] for name in FLAGS if name.startswith("agent_"))


def test_stopping_the_agent_counts_more_in_a_short_prompt():
    assert flags("wait, not there", interrupted=True)["interrupted_and_short"]
    long = "please " * 40
    assert flags(long, interrupted=True)["interrupted"]
    assert not flags(long, interrupted=True)["interrupted_and_short"]


def test_capitals_are_shouting_and_an_acronym_is_not():
    assert flags("WHY IS THIS GONE")["shouts"]
    assert not flags("use the HTTP API for it please")["shouts"]
