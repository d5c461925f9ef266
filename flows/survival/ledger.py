"""Sessions, the numbers of the lines that they produced, and what was alive when."""

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(slots=True)
class Session:
    """One session's lines. `starts_at` is the survival clock's zero (session end), in Unix
    seconds; None until it is known. `alive` has the observed checkpoints only."""

    id: str
    source: str
    starts_at: int | None
    ranges: list[tuple[int, int]] = field(default_factory=list)
    rewritten: set[int] = field(default_factory=set)
    landed_at: int | None = None
    lost_at: int | None = None
    alive: dict[str, int] = field(default_factory=dict)

    @property
    def added(self) -> int:
        """Lines produced, without those that the session itself rewrote."""
        return sum(last - first for first, last in self.ranges) - len(self.rewritten)

    def is_observable(self, moment: int) -> bool:
        """All its lines had reached the default branch, and none was in a file lost from sight."""
        has_landed = self.landed_at is not None and self.landed_at <= moment
        return has_landed and (self.lost_at is None or moment < self.lost_at)


class Ledger:
    """Gives out line numbers, from 1; knows whose a number is."""

    def __init__(
        self,
        sessions: list[Session] | None = None,
        next_id: int = 1,
        joined: dict[int, tuple[int, ...]] | None = None,
    ) -> None:
        self.sessions = sessions or []
        self.next_id = next_id
        given = ((first, at) for at, s in enumerate(self.sessions) for first, _ in s.ranges)
        self._given = sorted(given)
        # What a formatter joined into one line: one number for several.
        self.joined = joined or {}

    def open(self, session: Session) -> int:
        self.sessions.append(session)
        return len(self.sessions) - 1

    def give(self, at: int, lines: int) -> int:
        """The first of `lines` new numbers in a row for the session at that place."""
        first = self.next_id
        ranges = self.sessions[at].ranges
        if ranges and ranges[-1][1] == first and self._given[-1][1] == at:
            ranges[-1] = (ranges[-1][0], first + lines)
        else:
            ranges.append((first, first + lines))
            self._given.append((first, at))
        self.next_id += lines
        return first

    def join(self, members: list[int]) -> int:
        """One number for several lines; itself, 0, where there are fewer than two."""
        flat = {line for member in members for line in self.members(member)}
        if len(flat) < 2:
            return flat.pop() if flat else 0
        number = self.next_id
        self.next_id += 1
        self.joined[number] = tuple(sorted(flat))
        return number

    def members(self, number: int) -> tuple[int, ...]:
        if number == 0:
            return ()
        return self.joined.get(number, (number,))

    def owner(self, number: int) -> int:
        """Place of the session that produced the line."""
        return self._given[bisect_right(self._given, (number, len(self.sessions))) - 1][1]
