"""The last days' steps of a pass, so that the next one can start at any commit among them.

A day's new branches fork from commits of the days before: a state is rebuilt from the base's and
the changes that lead to the commit.
"""

from collections.abc import Iterable

import msgspec

from flows.survival.history import History
from flows.survival.owners import is_empty

State = dict[bytes, bytes]
Changes = dict[bytes, bytes | None]

# Commits that fork from older ones than this make the next pass a full one.
_DAYS = 14
_HORIZON_SECONDS = _DAYS * 86_400


class Step(msgspec.Struct, array_like=True):
    """What a commit changed against its first parent."""

    id: str
    parent: str
    changes: Changes


class Trail:
    """Full rows at `base`, a commit of the default branch, and the steps since."""

    def __init__(self, base: str, state: State, steps: Iterable[Step] = ()) -> None:
        self.base = base
        self.state = state
        self.steps = {step.id: step for step in steps}

    @classmethod
    def beginning(cls, history: History) -> "Trail":
        """An empty trail that waits for its base to come by."""
        return cls(_base_of(history), {})

    def add(self, history: History, position: int, changes: Changes, state: State) -> None:
        """`state` is the commit's whole state, copied here if it is the base's."""
        id, parents = history.ids[position], history.parents[position]
        if id == self.base:
            self.state = dict(state)
            return
        parent = history.ids[parents[0]] if parents else ""
        if parent == self.base or parent in self.steps:
            self.steps[id] = Step(id, parent, changes)

    def __contains__(self, id: str) -> bool:
        return id == self.base or id in self.steps

    def state_at(self, id: str) -> State:
        """The rows at a commit of the trail."""
        chain = []
        while id != self.base:
            chain.append(self.steps[id])
            id = self.steps[id].parent
        state = dict(self.state)
        for step in reversed(chain):
            apply_changes(state, step.changes)
        return state

    def moved_on(self, history: History) -> "Trail":
        """The same trail, from the base that is due now."""
        base = _base_of(history)
        if base == self.base or base not in self.steps:
            return self
        later = Trail(base, self.state_at(base))
        for step in self.steps.values():
            if step.parent in later:
                later.steps[step.id] = step
        return later


def apply_changes(state: State, changes: Changes) -> None:
    """Rows where nobody owns a line are not kept."""
    for path, row in changes.items():
        if row is None or is_empty(row):
            state.pop(path, None)
        else:
            state[path] = row


def _base_of(history: History) -> str:
    first = history.mainline_at(history.clock[-1] - _HORIZON_SECONDS)
    return history.ids[history.mainline[max(first, 0)]]
