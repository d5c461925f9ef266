"""Prompts typed while the agent runs. The client logs `queue-operation` lines: enqueue (with the
text), then dequeue (a user record follows), remove (delivered in mid-turn: newer clients write an
attachment, older ones nothing) or popAll (pulled back for editing). So a prompt that no later
record repeats exists in its enqueue line only, and lands from there."""

from dataclasses import dataclass

MAX_WAITING = 256
MAX_WAITING_CHARS = 4_000_000


@dataclass(slots=True, eq=False)
class QueuedPrompt:
    """An enqueue line. `row` is what lands if nothing else repeats the text; it is None once the
    line is known to be no event, while its place in the queue is still taken."""

    session_id: str
    text: str
    row: tuple | None
    is_removed: bool = False


class PromptQueue:
    """Prompts of one file, oldest first, until they are known to be delivered or withdrawn.

    Methods that settle prompts answer how many lines turned out to be no event; `overflow` and
    `drain` answer rows to land, one a line.
    """

    def __init__(self) -> None:
        self._prompts: list[QueuedPrompt] = []
        self._chars = 0

    def enqueue(self, prompt: QueuedPrompt) -> None:
        self._prompts.append(prompt)
        self._chars += len(prompt.text)

    def dequeue(self, session_id: str) -> int:
        """The oldest prompt went out as a user record of its own."""
        return self._drop(self._waiting(session_id)[:1])

    def pop_all(self, session_id: str) -> int:
        """All waiting prompts were pulled back and not sent."""
        return self._drop(self._waiting(session_id))

    def remove(self, session_id: str, text: str | None) -> None:
        """A prompt, the oldest unless its text is given, went out in mid-turn."""
        waiting = self._waiting(session_id)
        same = [prompt for prompt in waiting if prompt.text == text]
        for prompt in (same or waiting)[:1]:
            prompt.is_removed = True
            if prompt.row is None:
                self._drop([prompt])

    def deliver(self, session_id: str, text: str) -> int:
        """Another record of the session holds that text."""
        for prompt in self._prompts:
            if prompt.row and prompt.session_id == session_id and prompt.text == text:
                prompt.row = None
                if prompt.is_removed:
                    self._drop([prompt])
                return 1
        return 0

    def overflow(self) -> list[tuple]:
        """Rows of the oldest prompts, where more wait than memory should hold."""
        rows = []
        while len(self._prompts) > MAX_WAITING or self._chars > MAX_WAITING_CHARS:
            rows += self._land(self._prompts[:1])
        return rows

    def drain(self) -> list[tuple]:
        """Rows of all prompts that exist in the queue only."""
        return self._land(self._prompts[:])

    def _waiting(self, session_id: str) -> list[QueuedPrompt]:
        return [p for p in self._prompts if p.session_id == session_id and not p.is_removed]

    def _land(self, prompts: list[QueuedPrompt]) -> list[tuple]:
        rows = [prompt.row for prompt in prompts if prompt.row]
        self._drop(prompts)
        return rows

    def _drop(self, prompts: list[QueuedPrompt]) -> int:
        for prompt in prompts:
            self._prompts.remove(prompt)
            self._chars -= len(prompt.text)
        return sum(prompt.row is not None for prompt in prompts)
