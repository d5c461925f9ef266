"""What is asked of a language model: the prompt of this version, the answer's schema, the turns."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from flows.bits.names import BITS
from flows.bits.prompts import Prompt

PROMPT_VERSION = "v1"
CUT = "[…]"

_HEAD, _TAIL = 3000, 1000
_AGENT_TAIL, _BEFORE = 500, 300
# One call a session; a session beyond this is read in pieces.
_CALL_TURNS, _CALL_CHARACTERS = 40, 60_000

CONFIDENCES = ("high", "medium", "low")
OUTCOMES = ("true", "false", "unknown")


class Turn(NamedTuple):
    """A prompt as it is sent."""

    human: str
    agent_tail: str
    interrupted: bool
    rejected: bool


class Call(NamedTuple):
    """One call: turns that follow each other, and the person's prompt before the first."""

    turns: list[Turn]
    human_before: str

    @property
    def message(self) -> str:
        """One line of JSON without angle brackets: no text in it can close or open a tag."""
        turns = [
            {"turn": number, **_turn(turn)}
            | ({"human_before": self.human_before} if number == 1 else {})
            for number, turn in enumerate(self.turns, 1)
        ]
        plain = json.dumps({"turns": turns}, ensure_ascii=False)
        return plain.translate({ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"})


def cut_into_calls(prompts: Iterable[Prompt]) -> Iterator[Call]:
    """A session's prompts, oldest first, as calls. Pieces begin at the same prompts when the
    session goes on, so that only the last of them is new."""
    turns: list[Turn] = []
    before = last = ""
    size = 0
    for prompt in prompts:
        turn = _read(prompt)
        length = len(turn.human) + len(turn.agent_tail)
        if turns and (len(turns) == _CALL_TURNS or size + length > _CALL_CHARACTERS):
            yield Call(turns, before)
            turns, before, size = [], last, 0
        if not turns:
            before = before or _clean(prompt.prev_user[:_BEFORE])
        turns.append(turn)
        last, size = turn.human[:_BEFORE], size + length
    if turns:
        yield Call(turns, before)


def answer_schema() -> dict:
    """JSON schema of an answer, in the subset that strict modes of every provider take."""
    finding = _object(
        bit={"type": "string", "enum": list(BITS)},
        confidence={"type": "string", "enum": list(CONFIDENCES)},
        quote={"type": "string"},
    )
    turn = _object(turn={"type": "integer"}, findings={"type": "array", "items": finding})
    return _object(
        turns={"type": "array", "items": turn},
        task_accomplished=_object(
            value={"type": "string", "enum": list(OUTCOMES)},
            turn={"type": "integer"},
            quote={"type": "string"},
        ),
    )


@cache
def load_prompt() -> str:
    """The text of the prompt of PROMPT_VERSION."""
    return files("flows.bits.llm").joinpath(f"prompt_{PROMPT_VERSION}.md").read_text("utf-8")


@cache
def prompt_digest() -> str:
    """Changes with anything that is asked: the prompt, the schema, the bits and their order."""
    asked = json.dumps([PROMPT_VERSION, load_prompt(), answer_schema(), BITS])
    return hashlib.sha256(asked.encode()).hexdigest()


def _read(prompt: Prompt) -> Turn:
    text = prompt.text
    if len(text) > _HEAD + _TAIL:
        text = f"{text[:_HEAD]}\n{CUT}\n{text[-_TAIL:]}"
    tail = prompt.context[-_AGENT_TAIL:]
    return Turn(_clean(text), _clean(tail), bool(prompt.interrupted), bool(prompt.rejected))


def _turn(turn: Turn) -> dict:
    return {
        "human": turn.human,
        "agent_tail": turn.agent_tail,
        "interrupted_before": turn.interrupted,
        "rejected_before": turn.rejected,
    }


def _clean(text: str) -> str:
    """Without half characters, which no request can carry."""
    return text.encode("utf-8", "replace").decode()


def _object(**properties: dict) -> dict:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
