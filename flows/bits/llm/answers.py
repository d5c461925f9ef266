"""A language model's answer → values of bits. What is not proven by a quote is unknown.

A value is one letter, so that a result can hold no text: H, M, L: true with high, medium, low
confidence; F: false; U: unknown.
"""

import json
import re
from collections import Counter
from typing import NamedTuple

from flows.bits.llm.evidence import flaw_of, steers_reader
from flows.bits.llm.request import CONFIDENCES, OUTCOMES, Call
from flows.bits.names import BITS

LETTERS = "HMLFU"
UNKNOWN = "U"
# What each letter stands for; U has none. They order values, they are not calibrated.
PROBABILITIES = {"H": 0.95, "M": 0.8, "L": 0.6, "F": 0.05}

_TRUE = dict(zip(CONFIDENCES, "HML", strict=True))
_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*)\n\s*```\s*\Z", re.DOTALL)


class Values(NamedTuple):
    """Of a call: `turns` has a string a turn, a letter a bit in the order of BITS; `accomplished`
    is the letter of task_accomplished (H or F where it was quoted, else U)."""

    turns: tuple[str, ...]
    accomplished: str = UNKNOWN


class Finding(NamedTuple):
    bit: str
    confidence: str
    quote: str


def no_values(call: Call) -> Values:
    """Everything unknown: what a call without a usable answer says."""
    return Values((UNKNOWN * len(BITS),) * len(call.turns))


def are_values(values: Values, call: Call) -> bool:
    """Whether these can be the values of the call: its turns, each bit a letter."""
    letters = [*values.turns, values.accomplished]
    return (
        len(values.turns) == len(call.turns)
        and all(len(turn) == len(BITS) for turn in values.turns)
        and len(values.accomplished) == 1
        and set("".join(letters)) <= set(LETTERS)
    )


def read_answer(text: str, call: Call) -> tuple[Values, Counter] | None:
    """The values that the answer proves, and how many findings were dropped by reason.

    A turn that the answer skips is unknown. Where any text of the call tries to steer its reader,
    that a bit was not reported proves nothing: it is unknown, not false. None where the answer has
    not the asked form.
    """
    answer = _decode(text)
    found = _findings(answer) if answer else None
    if found is None:
        return None
    dropped: Counter = Counter()
    is_steered = any(steers_reader(turn.human + "\n" + turn.agent_tail) for turn in call.turns)
    turns = [
        _letters(found.get(number), turn.human, UNKNOWN if is_steered else "F", dropped)
        for number, turn in enumerate(call.turns, 1)
    ]
    dropped["turn_unknown"] += len(found.keys() - set(range(1, len(turns) + 1)))
    return Values(tuple(turns), _accomplished(answer, call, dropped)), +dropped


def _letters(findings: list[Finding] | None, human: str, absent: str, dropped: Counter) -> str:
    if findings is None:
        dropped["turn_missing"] += 1
        return UNKNOWN * len(BITS)
    letters = dict.fromkeys(BITS, absent)
    proven: dict[str, str] = {}
    for finding in findings:
        reason = flaw_of(finding.quote, human)
        if reason:
            dropped[reason] += 1
            letters[finding.bit] = UNKNOWN
        else:
            letter = _TRUE[finding.confidence]
            proven[finding.bit] = min(letter, proven.get(finding.bit, letter), key=LETTERS.index)
    return "".join((letters | proven).values())


def _accomplished(answer: dict, call: Call, dropped: Counter) -> str:
    value, number, quote = _outcome(answer)
    if value == "unknown":
        return UNKNOWN
    if not 1 <= number <= len(call.turns):
        dropped["turn_unknown"] += 1
        return UNKNOWN
    reason = flaw_of(quote, call.turns[number - 1].human)
    if reason:
        dropped[reason] += 1
        return UNKNOWN
    return "H" if value == "true" else "F"


def _decode(text: str) -> dict | None:
    """The JSON object that the text is, alone or in a fence."""
    fenced = _FENCE.match(text)
    try:
        answer = json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _findings(answer: dict) -> dict[int, list[Finding]] | None:
    """turn → findings; a turn that comes twice has those of both."""
    found: dict[int, list[Finding]] = {}
    try:
        for turn in _listed(answer["turns"]):
            number = turn["turn"]
            if type(number) is not int:
                return None
            findings = [_finding(finding) for finding in _listed(turn["findings"])]
            found.setdefault(number, []).extend(findings)
    except (KeyError, TypeError, ValueError):
        return None
    return found


def _listed(value: object) -> list:
    if not isinstance(value, list):
        raise TypeError
    return value


def _finding(finding: dict) -> Finding:
    read = Finding(finding["bit"], finding["confidence"], finding["quote"])
    if read.bit not in BITS or read.confidence not in CONFIDENCES or type(read.quote) is not str:
        raise ValueError
    return read


def _outcome(answer: dict) -> tuple[str, int, str]:
    try:
        outcome = answer["task_accomplished"]
        value, number, quote = outcome["value"], outcome["turn"], outcome["quote"]
    except (KeyError, TypeError):
        return "unknown", 0, ""
    if value not in OUTCOMES or type(number) is not int or type(quote) is not str:
        return "unknown", 0, ""
    return value, number, quote
