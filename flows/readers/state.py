"""What must be remembered from one record of a file to the next, in bounded memory."""

from flows.readers.envelope import Envelope
from flows.readers.human import Act
from flows.readers.message_tokens import MessageTokens
from flows.readers.prompt_queue import PromptQueue
from flows.readers.rows import EVENT_FIELDS, Admit, Event, Keys
from flows.readers.tally import Refused, Tally

MAX_OPEN_CALLS = 10_000
MAX_ID_CHARS = 200
MAX_NAME_CHARS = 100

_SESSION, _KIND, _TEXT = (EVENT_FIELDS.index(name) for name in ("session_id", "kind", "raw__text"))


class FileState:
    """State of one file while it is read; every part has an upper bound."""

    def __init__(self, keys: Keys, admit: Admit) -> None:
        self.keys = keys
        self._admit = admit
        self.tally = Tally()
        self.tokens = MessageTokens()
        self.queue = PromptQueue()
        self._tool_of_call: dict[str, str] = {}
        self._last_message: tuple[str | None, str] = (None, "")
        self._repeated = ("", 0)
        self._turned_down: tuple | None = None

    def check_admitted(self, row: tuple) -> None:
        """Raises Refused, with the caller's reason, where the row's line may not land."""
        reason = self._admit(row[1], row[3])
        if reason is not None:
            raise Refused(reason)

    def message_key(self, message_id: str | None) -> str | None:
        """The keyed hash of a message's id; its blocks follow each other, so the last is kept."""
        if message_id is None:
            return None
        if message_id != self._last_message[0]:
            self._last_message = (message_id, self.keys.message(message_id))
        return self._last_message[1]

    def count(self, rows: list[tuple]) -> None:
        """Counts a line by its rows; they share its session and instant. Raises Refused where the
        line may not land."""
        if rows:
            self.check_admitted(rows[0])
            self.tally.lines_landed += 1
        else:
            self.tally.lines_not_event += 1

    def open_call(self, call_id: str | None, name: str) -> None:
        """Remembers which tool a call is for, until its result comes."""
        if not call_id or len(call_id) > MAX_ID_CHARS:
            return
        if len(self._tool_of_call) >= MAX_OPEN_CALLS:
            del self._tool_of_call[next(iter(self._tool_of_call))]
        self._tool_of_call[call_id] = name[:MAX_NAME_CHARS]

    def close_call(self, call_id: str | None) -> str | None:
        """The tool's name of the call; None where the call is not in this file."""
        return self._tool_of_call.pop(call_id, None)

    def repeats(self, identity: str) -> int:
        """How many records in a row had that identity before: their ordinal in its place."""
        last, count = self._repeated
        self._repeated = (identity, count + 1 if identity == last else 0)
        return self._repeated[1]

    def is_same_act(self, envelope: Envelope, act: Act) -> bool:
        """Whether the act belongs to the rejection just before it: one Esc writes an interruption
        marker as well, and turns down every parallel call; words go to each of them."""
        before = self._turned_down
        if before is None or before[_SESSION] != envelope.session_id:
            return False
        return act.words is None or act.words == before[_TEXT]

    def turn_down(self, row: tuple) -> None:
        """Remembers the row of a rejection, until the agent or the human goes on."""
        self._turned_down = row

    def approve_plan(self, envelope: Envelope) -> None:
        """A plan is approved with a fresh context: for that the client first turned its call down,
        which then was no human's rejection."""
        before = self._turned_down
        if before is None or before[_KIND] != "plan_rejection" or before[_TEXT] is not None:
            return
        if before[_SESSION] == envelope.session_id:
            plain = Event(*before)._replace(actor="tool", kind="tool_result")
            self.tokens.replace(before, tuple(plain))

    def go_on(self) -> None:
        """The agent or the human goes on: what follows is an act of its own."""
        self._turned_down = None

    def deliver(self, envelope: Envelope, act: Act) -> None:
        """The act stands in a record of its own: its copy in the queue is no event."""
        text = act.typed or act.words
        if text is not None:
            self.tally.settle(self.queue.deliver(envelope.session_id, text))
