"""Whose a line is that a commit adds: the session's transcript says, else a note, else a
trailer on the commit."""

from collections.abc import Iterable, Sequence
from typing import Protocol

# A path with (line number from 1, form) of its new effective lines.
NewLines = tuple[bytes, Sequence[tuple[int, bytes]]]
# For each file, for each of its new lines, the session's place in the ledger (None: nobody's).
Claims = list[list[int | None]]


class Source(Protocol):
    """One way to know whose lines a commit adds."""

    def concerns(self, position: int) -> bool:
        """Whether it may claim any line of that commit."""
        ...

    def claims(self, position: int, added: Sequence[NewLines]) -> Claims: ...


class Attribution:
    """The sources in order: the first that claims a line of a commit has the commit."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = list(sources)

    def concerns(self, position: int) -> bool:
        return any(source.concerns(position) for source in self._sources)

    def claims(self, position: int, added: Sequence[NewLines]) -> Claims:
        for source in self._sources:
            if source.concerns(position):
                claims = source.claims(position, added)
                if any(owner is not None for owners in claims for owner in owners):
                    return claims
        return [[None] * len(lines) for _, lines in added]


class TrailerSource:
    """All new lines of a commit with an agent's trailer. `agents`: position → session's place."""

    def __init__(self, agents: dict[int, int]) -> None:
        self._agents = agents

    def concerns(self, position: int) -> bool:
        return position in self._agents

    def claims(self, position: int, added: Sequence[NewLines]) -> Claims:
        return [[self._agents[position]] * len(lines) for _, lines in added]
