"""One streaming pass over history: whose each line is, commit by commit, and what is alive when."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from flows.survival.census import Census
from flows.survival.diffs import parse_file, unquote
from flows.survival.history import History
from flows.survival.ledger import Ledger, Session
from flows.survival.owners import merge, unpack
from flows.survival.trail import Changes, State, apply_changes


class Conflict(Protocol):
    """A file of a merge that differs from every parent's: its quoted path in each parent (None:
    not there) and after (None: deleted)."""

    old: tuple[bytes | None, ...]
    new: bytes | None


class Change(Protocol):
    """What a commit changed: `patch`, led by a newline, against its parent.

    For a merge: `against` has (letter, quoted path) of what differs from each parent but the last;
    `conflicts` what differs from all, and `patches` for each parent the n-th conflict's part,
    under n. `unreadable`: paths whose contents are missing.
    """

    patch: bytes
    unreadable: frozenset[bytes]
    against: Sequence[Sequence[tuple[bytes, bytes]]]
    conflicts: Sequence[Conflict]
    patches: Sequence[dict[int, bytes]]


class Method(Protocol):
    """What tells the methods apart: whose lines a commit's patch makes, and what counts."""

    def change(self, position: int, patch: bytes, state: State) -> Changes: ...

    def alive(self, session: Session, census: Census) -> int: ...


class Checkpoints:
    """The moments at which to count, in order of time. `spans` maps a checkpoint's name to
    seconds; `horizon` is the last moment that history can tell of."""

    def __init__(self, spans: dict[str, int], horizon: int) -> None:
        self._spans = spans
        self._horizon = horizon
        self._next = 0
        self._moments: list[tuple[int, int, str]] = []

    def schedule(self, sessions: list[Session]) -> None:
        self._moments = sorted(
            (session.starts_at + span, at, name)
            for at, session in enumerate(sessions)
            for name, span in self._spans.items()
            if session.starts_at is not None
            and name not in session.alive
            and session.starts_at + span <= self._horizon
        )

    def before(self, moment: int) -> Iterator[tuple[int, int, str]]:
        """(moment, session's place, name) of the checkpoints that time has left behind."""
        while self._next < len(self._moments) and self._moments[self._next][0] < moment:
            yield self._moments[self._next]
            self._next += 1


class Tracker:
    """Walks commits, parents first. A state, path → row, lives until its last child has it;
    `state` is that of the commit just walked."""

    def __init__(self, history: History, ledger: Ledger, method: Method) -> None:
        self.history = history
        self.ledger = ledger
        self.census = Census()
        self.states: dict[int, State] = {}
        self.state: State = {}
        self._method = method
        self._waiting: dict[int, int] = {}
        self._mainline = {at: k for k, at in enumerate(history.mainline)}

    def walk(
        self,
        order: list[int],
        commits: Iterable[Change],
        checkpoints: Checkpoints,
    ) -> Iterator[tuple[int, Changes]]:
        """Yields (position, rows changed against the first parent) as it goes; `commits` has what
        git says of each position of `order`."""
        self._expect(order)
        for position, change in zip(order, commits, strict=True):
            parents = self.history.parents[position]
            if len(parents) > 1:
                changes = self._merged(parents, change)
            else:
                state = self.states.get(parents[0], {}) if parents else {}
                changes = self._method.change(position, change.patch, state)
            self._lose(position, changes, change.unreadable)
            self._advance(position, changes, checkpoints)
            yield position, changes
        self.count(checkpoints, self.history.clock[-1] + 1)

    def count(self, checkpoints: Checkpoints, moment: int) -> None:
        """Reads the checkpoints that lie before `moment` off the default branch as it is."""
        for _, at, name in checkpoints.before(moment):
            session = self.ledger.sessions[at]
            session.alive[name] = self._method.alive(session, self.census)

    def _expect(self, order: list[int]) -> None:
        for position in order:
            for parent in self.history.parents[position]:
                self._waiting[parent] = self._waiting.get(parent, 0) + 1

    def _advance(self, position: int, changes: Changes, checkpoints: Checkpoints) -> None:
        parents = self.history.parents[position]
        state = self._inherit(parents[0]) if parents else {}
        for parent in parents[1:]:
            self._inherit(parent)
        k = self._mainline.get(position)
        if k is not None:
            self.count(checkpoints, self.history.clock[k])
            for path, row in changes.items():
                self.census.replace(state.get(path, b""), row or b"")
        apply_changes(state, changes)
        self.state = state
        if self._waiting.get(position):
            self.states[position] = state

    def _inherit(self, parent: int) -> State:
        """The parent's state: the thing itself for its last child, a copy for the others."""
        self._waiting[parent] -= 1
        if self._waiting[parent]:
            return dict(self.states.get(parent, {}))
        return self.states.pop(parent, {})

    def _merged(self, parents: tuple[int, ...], change: Change) -> Changes:
        """A file equal to one parent's is that parent's; else each line is of the first parent
        that has it."""
        states = [self.states.get(parent, {}) for parent in parents]
        changes = _taken_whole(states, change.against)
        for number, conflict in enumerate(change.conflicts):
            if conflict.new is not None:
                parts = [patch.get(number) for patch in change.patches[: len(parents)]]
                changes[unquote(conflict.new)] = _merged_row(states, conflict, parts)
        return changes

    def _lose(self, position: int, changes: Changes, unreadable: frozenset[bytes]) -> None:
        """Lines in a file that cannot be read are out of sight from here on, not dead."""
        parents = self.history.parents[position]
        for path in map(unquote, unreadable):
            for parent in parents:
                row = self.states.get(parent, {}).get(path, b"")
                for number in set(unpack(row)) - {0}:
                    self._lose_line(number, self.history.landed_at(position))
            changes[path] = None

    def _lose_line(self, number: int, moment: int) -> None:
        for line in self.ledger.members(number):
            session = self.ledger.sessions[self.ledger.owner(line)]
            session.lost_at = min(moment, session.lost_at or moment)


def _merged_row(states: list[State], conflict: Conflict, parts: list[bytes | None]) -> bytes | None:
    files = [None if part is None else parse_file(part) for part in parts]
    if any(file and file.is_binary for file in files):
        return None
    rows = [
        b"" if path is None else state.get(unquote(path), b"")
        for state, path in zip(states, conflict.old, strict=True)
    ]
    return merge(rows, files)


def _taken_whole(states: list[State], against: Sequence[Sequence[tuple[bytes, bytes]]]) -> Changes:
    """Files that differ from the first parent's, but not from some later parent's."""
    others = [{path for _, path in changed} for changed in against[1:]]
    changes: Changes = {}
    for letter, path in against[0]:
        same = next((n for n, other in enumerate(others, 1) if path not in other), len(states) - 1)
        path = unquote(path)
        changes[path] = None if letter == b"D" else states[same].get(path)
    return changes
