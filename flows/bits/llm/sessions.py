"""A session as it is read, and its calls' values as its bits."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from flows.bits.llm.answers import UNKNOWN, Values
from flows.bits.prompts import Prompt


class SessionText(NamedTuple):
    """`prompts` are the human turns, oldest first, each with the agent's text before it."""

    session_key: str
    session_date: date
    prompts: list[Prompt]


class SessionBits(NamedTuple):
    """`prompts`: a string a prompt, a letter a bit in the order of BITS (answers.py says what
    letters mean); `accomplished`: the letter of task_accomplished."""

    session_key: str
    prompts: list[str]
    accomplished: str


def joined(session: SessionText, calls: Iterable[Values]) -> SessionBits:
    """The calls of a session as one: how it ended is what the last one that knows says."""
    values = list(calls)
    prompts = [turn for call in values for turn in call.turns]
    ends = [call.accomplished for call in values if call.accomplished != UNKNOWN]
    return SessionBits(session.session_key, prompts, ends[-1] if ends else UNKNOWN)
