"""What is known of a prompt beside its words: form, interruption, likeness to the prompt before,
whether the agent just claimed to have done something or laid out a plan."""

import math
import re

from flows.bits.own_words import OwnWords
from flows.bits.prompts import Prompt

FLAGS = (
    "bias",
    "log_words",
    "to_3_words",
    "to_6_words",
    "to_12_words",
    "to_25_words",
    "to_60_words",
    "over_60_words",
    "over_150_words",
    "lines",
    "pasted",
    "mostly_pasted",
    "quotes",
    "ends_in_question",
    "dots",
    "shouts",
    "interrupted",
    "rejected",
    "interrupted_and_short",
    "rejected_and_short",
    "like_prompt_before",
    "contained_in_prompt_before",
    "half_of_prompt_before",
    "prompt_before_again",
    "nearly_prompt_before",
    "begins_as_prompt_before",
    "agent_did",
    "agent_did_and_asks",
    "agent_plans",
)
_COMMON_TEXT = """the a an to of in on for and or is it this that with be are as at by from i you we
can do not was if so but have has my me your please now just what how why"""
_COMMON = frozenset(_COMMON_TEXT.split())
_STEM = 6
_COMPARED = 300
_CONTEXT_TAIL, _ASKS_TAIL = 400, 120
_WORD = re.compile(r"[a-z']+")
_DID_TEXT = """done fixed added updated implemented created removed replaced passes passed passing
complete completed committed pushed ready changed refactored moved renamed wrote built works"""
_PLANS_TEXT = "i'll let's i'd plan going will proposal option suggest recommend approach"
_DID, _PLANS = frozenset(_DID_TEXT.split()), frozenset(_PLANS_TEXT.split())


def flags_of(
    prompt: Prompt, own: OwnWords, words: list[str], count: int, before: list[str]
) -> list[float]:
    """Values 0–1 in the order of FLAGS. `count`: all words, also those beyond what is read;
    `before`: the words of the prompt before."""
    return [
        *_form(own, words, count),
        *_acts(prompt, count),
        *_likeness(prompt, words, before),
        *_agent(prompt.context[-_CONTEXT_TAIL:]),
    ]


def _form(own: OwnWords, words: list[str], count: int) -> list[float]:
    last = words[-1] if words else ""
    return [
        1.0,
        math.log1p(count) / 5,
        count <= 3,
        3 < count <= 6,
        6 < count <= 12,
        12 < count <= 25,
        25 < count <= 60,
        count > 60,
        count > 150,
        min(own.text.count("\n"), 20) / 20,
        own.pasted,
        own.pasted > 0.5,
        own.quotes,
        last in ("?", "??"),
        "..." in words,
        _shouts(own.text[:120]),
    ]


def _shouts(text: str) -> bool:
    upper = sum(map(str.isupper, text))
    return upper > 8 and upper > sum(map(str.islower, text))


def _acts(prompt: Prompt, count: int) -> list[float]:
    is_short = count <= 25
    return [
        prompt.interrupted,
        prompt.rejected,
        prompt.interrupted and is_short,
        prompt.rejected and is_short,
    ]


def _likeness(prompt: Prompt, words: list[str], before: list[str]) -> list[float]:
    if not before:
        return [0.0] * 6
    mine, theirs = _stems(words), _stems(before)
    shared = len(mine & theirs)
    jaccard = shared / max(len(mine | theirs), 1)
    text, earlier = prompt.text.strip().lower(), prompt.prev_user.strip().lower()
    # A routine order (commit, run the tests) comes again without asking for the same thing again.
    is_long = len(words) > 3
    # What shares no word is no near repeat; other scripts have no stems to tell by.
    may_be_near = shared > 0 or not text.isascii()
    return [
        jaccard,
        shared / max(len(mine), 1),
        jaccard > 0.5,
        text == earlier,
        is_long and may_be_near and _char_likeness(text, earlier) > 0.6,
        is_long and len(earlier) > 12 and text.startswith(earlier[: len(earlier) * 4 // 5]),
    ]


def _agent(tail: str) -> list[float]:
    asks = "?" in tail[-_ASKS_TAIL:]
    said = set(_WORD.findall(tail.lower()))
    did = not said.isdisjoint(_DID)
    return [did and not asks, did and asks, not asks and not said.isdisjoint(_PLANS)]


def _char_likeness(text: str, earlier: str) -> float:
    """Jaccard of the beginnings' runs of four characters: small changes hardly count."""
    if len(earlier) > 2 * len(text) or len(text) > 2 * len(earlier):
        return 0.0
    mine, theirs = _runs(text[:_COMPARED]), _runs(earlier[:_COMPARED])
    return len(mine & theirs) / max(len(mine | theirs), 1)


def _runs(text: str) -> set[str]:
    return {text[start : start + 4] for start in range(len(text) - 3)}


def _stems(words: list[str]) -> set[str]:
    return {word[:_STEM] for word in set(words) - _COMMON if len(word) > 2}
