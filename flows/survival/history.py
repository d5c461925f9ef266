"""Commits of one head, and what the default branch held when."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit as git tells it; `committed_at` and `authored_at` are Unix seconds."""

    id: str
    parents: tuple[str, ...]
    committed_at: int
    authored_at: int
    message: str


class History:
    """Commits by position, parents before children.

    `parents[i]` are positions; `mainline` is the first-parent chain, oldest first; `clock[k]` the
    largest committer time up to `mainline[k]`, so that time never runs backwards; `landed[i]` the
    first k whose commit contains commit i. `boundary` holds the commits that a shallow clone cut
    off from their parents.
    """

    def __init__(self, commits: Iterable[Commit], shallow: frozenset[str] = frozenset()) -> None:
        self.ids: list[str] = []
        self.parents: list[tuple[int, ...]] = []
        self.times: list[int] = []
        self.authored: list[int] = []
        self.position: dict[str, int] = {}
        for commit in commits:
            self._append(commit)
        self.boundary = {self.position[id] for id in shallow if id in self.position}
        self.mainline = self._first_parent_chain()
        self.clock = self._running_maximum()
        self.landed = self._landings()

    def __len__(self) -> int:
        return len(self.ids)

    def _append(self, commit: Commit) -> None:
        known = (self.position.get(parent) for parent in commit.parents)
        self.parents.append(tuple(parent for parent in known if parent is not None))
        self.position[commit.id] = len(self.ids)
        self.ids.append(commit.id)
        self.times.append(commit.committed_at)
        self.authored.append(commit.authored_at)

    def _first_parent_chain(self) -> list[int]:
        chain, at = [], len(self.ids) - 1
        while at >= 0:
            chain.append(at)
            at = self.parents[at][0] if self.parents[at] else -1
        return chain[::-1]

    def _running_maximum(self) -> list[int]:
        clock: list[int] = []
        for at in self.mainline:
            clock.append(max(self.times[at], clock[-1] if clock else self.times[at]))
        return clock

    def _landings(self) -> list[int]:
        landed = [-1] * len(self.ids)
        for k, tip in enumerate(self.mainline):
            waiting = [tip]
            while waiting:
                at = waiting.pop()
                if landed[at] < 0:
                    landed[at] = k
                    waiting.extend(self.parents[at])
        return landed

    def landed_at(self, position: int) -> int:
        """When the default branch first held the commit: the running-max clock there."""
        return self.clock[self.landed[position]]

    def mainline_at(self, moment: int) -> int:
        """Index into `mainline` of the last commit with clock ≤ `moment`; −1 before the first."""
        return bisect_right(self.clock, moment) - 1

    def followers(self, origins: Iterable[int]) -> list[int]:
        """The positions in `origins` and all their descendants, parents before children."""
        marked = bytearray(len(self.ids))
        for position in origins:
            marked[position] = 1
        for position, parents in enumerate(self.parents):
            if not marked[position] and any(marked[parent] for parent in parents):
                marked[position] = 1
        return [position for position, mark in enumerate(marked) if mark]
