"""Method blame/1: lines as plain `git blame` sees them."""

from flows.survival.census import Census
from flows.survival.diffs import FileDiff, hunks, parse_file, sections
from flows.survival.ledger import Ledger, Session
from flows.survival.owners import nobody, pack, splice
from flows.survival.trail import Changes, State


class PlainBlame:
    """Every line that an agent commit adds is its own, whatever it says.

    `agents` maps a commit's position to its session's place in the ledger.
    """

    ignores_space = False

    def __init__(self, ledger: Ledger, agents: dict[int, int]) -> None:
        self._ledger = ledger
        self._agents = agents

    def change(self, position: int, patch: bytes, state: State) -> Changes:
        """The rows that a commit with one parent, or none, makes of its parent's."""
        session = self._agents.get(position)
        gone: Changes = {}
        written: Changes = {}
        for section in sections(patch):
            file = parse_file(section)
            row = state.get(file.old)
            if row is None and session is None:
                continue
            if file.old is not None and file.old != file.new:
                gone[file.old] = None
            if file.new is not None:
                written[file.new] = self._row(file, row or b"", session)
        return gone | written

    def _row(self, file: FileDiff, row: bytes, session: int | None) -> bytes | None:
        if file.is_binary:
            return None
        edits = [
            (at, removed, self._new(session, added))
            for at, removed, _, added, _ in hunks(file.body)
        ]
        # A submodule's line counts as added, but blame cannot say that it is alive.
        return None if file.is_link else splice(row, edits)

    def _new(self, session: int | None, lines: int) -> bytes:
        if session is None or lines == 0:
            return nobody(lines)
        first = self._ledger.give(session, lines)
        return pack(range(first, first + lines))

    def alive(self, session: Session, census: Census) -> int:
        """Blame counts a copy that a merge made twice: never more than were added."""
        held = sum(int(census.held(first, last).sum()) for first, last in session.ranges)
        return min(held, session.added)
