"""Which events are turns of a human, and what is known of each from the events before it.

A turn is what a person said by typing: prompts, the words of a refusal, the words behind a slash
command. Facts of the log, and no turns: a setting behind a command ("/model sonnet"), an answer
chosen from the agent's own options, a note to memory.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

REFUSALS = ("rejection", "plan_rejection")
# Kinds that can hold a human's words; and those that say something about the next turn.
SPOKEN = ("prompt", "command", *REFUSALS)
ACTS = (*SPOKEN, "interruption")
REPLY = "reply"
# So much of what the agent wrote last is known of a turn: no model reads more.
CONTEXT_CHARACTERS = 600


class Event(NamedTuple):
    """An event of a session in the order of time; `text` is None where there are no words."""

    session_key: str
    session_date: date
    event_date: date
    event_key: str
    message_key: str
    kind: str
    text: str | None


class Turn(NamedTuple):
    """A human turn, under the key of its first block. `before` is the human's turn before it,
    `context` the end of what the agent wrote in between."""

    session_key: str
    session_date: date
    event_date: date
    event_key: str
    text: str
    before: str = ""
    context: str = ""
    interrupted: bool = False
    rejected: bool = False


def turns_of(events: Iterable[Event]) -> Iterator[Turn]:
    """The human turns of events that stand session by session, oldest first.

    Blocks of one message are one turn. A refusal with words is a turn of its own; one without words
    marks the next turn.
    """
    state = _Session()
    for event in events:
        if event.session_key != state.key:
            yield from state.end()
            state = _Session(event.session_key)
        yield from state.read(event)
    yield from state.end()


class _Session:
    def __init__(self, key: str = "") -> None:
        self.key, self.turn, self.message = key, None, ""
        self.before = self.context = ""
        self.interrupted = self.rejected = False

    def read(self, event: Event) -> Iterator[Turn]:
        if _is_said(event):
            if self.turn and event.message_key == self.message and event.kind == "prompt":
                self.turn = self.turn._replace(text=f"{self.turn.text}\n{event.text}")
                return
            yield from self.end()
            self._begin(event)
        elif event.kind == REPLY:
            yield from self.end()
            self.context = f"{self.context}\n{event.text or ''}".strip()[-CONTEXT_CHARACTERS:]
        else:
            yield from self.end()
            self.interrupted |= event.kind == "interruption"
            self.rejected |= event.kind in REFUSALS

    def _begin(self, event: Event) -> None:
        rejected = self.rejected or event.kind in REFUSALS
        self.turn = Turn(
            event.session_key, event.session_date, event.event_date, event.event_key, event.text,
            self.before, self.context, self.interrupted, rejected,
        )  # fmt: skip
        self.message = event.message_key
        self.context, self.interrupted, self.rejected = "", False, False

    def end(self) -> Iterator[Turn]:
        if self.turn:
            self.before = self.turn.text
            yield self.turn
            self.turn = None


def _is_said(event: Event) -> bool:
    """One plain word behind a command (a model, a path, a number) sets something."""
    if event.kind == "command":
        words = event.text or ""
        return len(words.split()) > 1 or not words.isascii()
    return event.kind in SPOKEN and bool(event.text)
