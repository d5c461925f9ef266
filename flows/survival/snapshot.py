"""What a run leaves for the next one, so that only new commits cost.

It has paths, commit ids and line numbers of ours, no text; it stays beside the repository.
"""

import hashlib
from dataclasses import dataclass

import msgspec
import numpy as np
import zstandard

from flows.survival.history import History
from flows.survival.ledger import Ledger, Session
from flows.survival.notes import Spans
from flows.survival.reverts import Reverts
from flows.survival.tracking import Tracker
from flows.survival.trail import Step, Trail

_VERSION = 1


class _Form(msgspec.Struct):
    """The snapshot as it is stored."""

    version: int
    wanted: bytes
    head: str
    noted: bytes
    sessions: list[Session]
    next_id: int
    joined: dict[int, tuple[int, ...]]
    reverts: dict[bytes, dict[bytes, list[int]]]
    base: str
    state: dict[bytes, bytes]
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The end of a run at `head`; `noted` is a digest of the notes on its commits."""

    head: str
    noted: bytes
    ledger: Ledger
    reverts: Reverts
    trail: Trail

    def encode(self, wanted: bytes) -> bytes:
        """`wanted`: a fingerprint of what was asked; another question must not build on this."""
        form = _Form(
            _VERSION,
            wanted,
            self.head,
            self.noted,
            self.ledger.sessions,
            self.ledger.next_id,
            self.ledger.joined,
            self.reverts.removed,
            self.trail.base,
            {path: _packed(row) for path, row in self.trail.state.items()},
            [_step(step, _packed) for step in self.trail.steps.values()],
        )
        return zstandard.compress(msgspec.msgpack.encode(form), 1)

    @classmethod
    def decode(cls, stored: bytes, wanted: bytes) -> "Snapshot | None":
        """None where it is of another version or question, or damaged: all is measured anew."""
        try:
            form = msgspec.msgpack.decode(zstandard.decompress(stored), type=_Form)
        except (zstandard.ZstdError, msgspec.MsgspecError):
            return None
        if form.version != _VERSION or form.wanted != wanted:
            return None
        ledger = Ledger(form.sessions, form.next_id, form.joined)
        state = {path: _unpacked(row) for path, row in form.state.items()}
        steps = (_step(step, _unpacked) for step in form.steps)
        return cls(
            form.head, form.noted, ledger, Reverts(form.reverts), Trail(form.base, state, steps)
        )

    def fits(self, history: History, notes: dict[int, dict[bytes, Spans]]) -> bool:
        """Whether the history only went on: rewritten history has another head, and a note may
        come late to a commit that was read before."""
        if self.head not in history.position or self._head_index(history) < 0:
            return False
        end = self._head_index(history)
        earlier = {at: note for at, note in notes.items() if history.landed[at] <= end}
        return notes_digest(history, earlier) == self.noted

    def enter(self, tracker: Tracker, order: list[int]) -> list[int] | None:
        """Puts a tracker where this run ended; the part of `order` still to walk. None where a new
        commit forks from one that the trail does not reach."""
        history = tracker.history
        end = self._head_index(history)
        known = {at for at in order if history.landed[at] <= end}
        new = [at for at in order if at not in known]
        forks = {parent for at in new for parent in history.parents[at]} & known
        if any(history.ids[fork] not in self.trail for fork in forks):
            return None
        if history.position[self.head] in known and self.head not in self.trail:
            return None
        for fork in forks:
            tracker.states[fork] = self.trail.state_at(history.ids[fork])
        if self.head in self.trail:
            for row in self.trail.state_at(self.head).values():
                tracker.census.replace(b"", row)
        return new

    def _head_index(self, history: History) -> int:
        position = history.position[self.head]
        k = history.landed[position]
        return k if history.mainline[k] == position else -1


def notes_digest(history: History, notes: dict[int, dict[bytes, Spans]]) -> bytes:
    told = sorted((history.ids[at], sorted(note.items())) for at, note in notes.items())
    return hashlib.sha256(repr(told).encode()).digest()


def _step(step: Step, form) -> Step:
    changes = {path: None if row is None else form(row) for path, row in step.changes.items()}
    return Step(step.id, step.parent, changes)


def _packed(row: bytes) -> bytes:
    """Differences instead of numbers: runs of lines become runs of ones, which pack well."""
    return np.diff(np.frombuffer(row, dtype=np.uint32), prepend=np.uint32(0)).tobytes()


def _unpacked(row: bytes) -> bytes:
    return np.cumsum(np.frombuffer(row, dtype=np.uint32), dtype=np.uint32).tobytes()
