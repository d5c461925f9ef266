"""Method line/1: effective lines, alive while their content is, up to white space."""

from itertools import groupby, pairwise
from operator import itemgetter

from flows.survival.attribution import Attribution
from flows.survival.census import Census
from flows.survival.effective import is_effective
from flows.survival.ledger import Ledger, Session
from flows.survival.moves import Moves
from flows.survival.owners import nobody, pack, splice
from flows.survival.patches import Hunk, Patched, code_files
from flows.survival.reverts import Reverts
from flows.survival.trail import Changes, State


class LineMethod:
    """`formatters` are positions of commits that only reformat (.git-blame-ignore-revs): what a
    line became there is that line. `revert_positions` are
    commits whose message says that they revert, `reverts` what earlier ones removed."""

    ignores_space = True

    def __init__(
        self,
        ledger: Ledger,
        attribution: Attribution,
        formatters: frozenset[int] = frozenset(),
        revert_positions: frozenset[int] = frozenset(),
        reverts: Reverts | None = None,
    ) -> None:
        self._ledger = ledger
        self._attribution = attribution
        self._formatters = formatters
        self._revert_positions = revert_positions
        self._reverts = reverts or Reverts()

    def change(self, position: int, patch: bytes, state: State) -> Changes:
        """The rows that a commit with one parent, or none, makes of its parent's."""
        is_formatter = position in self._formatters
        is_claimed = not is_formatter and self._attribution.concerns(position)
        is_revert = position in self._revert_positions
        files = code_files(patch, state)
        if not (is_claimed or is_revert or any(file.row is not None for file in files)):
            return {}
        if is_formatter:
            return self._reformatted(files)
        return self._edited(position, files, is_claimed, is_revert)

    def alive(self, session: Session, census: Census) -> int:
        """Distinct lines: one that stands twice is alive once."""
        held = sum(int((census.held(*each) > 0).sum()) for each in session.ranges)
        return min(held + self._alive_in_joined(session, census), session.added)

    def _alive_in_joined(self, session: Session, census: Census) -> int:
        """Lines that a formatter joined into one, and that stand nowhere by themselves."""
        found = set()
        for number, members in self._ledger.joined.items():
            if census.held(number, number + 1)[0] > 0:
                found.update(line for line in members if census.held(line, line + 1)[0] <= 0)
        return sum(any(a <= line < b for a, b in session.ranges) for line in found)

    def _reformatted(self, files: list[Patched]) -> Changes:
        for file in files:
            for hunk in file.read_after():
                hunk.numbers = self._spread(hunk.ids, len(hunk.added))
        return _rows(files)

    def _spread(self, ids: list[int], lines: int) -> list[int | None]:
        """The removed lines' numbers over so many new lines, in order."""
        cuts = [n * len(ids) // lines for n in range(lines + 1)] if lines else []
        return [
            self._ledger.join(ids[start : max(end, start + 1)]) for start, end in pairwise(cuts)
        ]

    def _edited(
        self, position: int, files: list[Patched], is_claimed: bool, is_revert: bool
    ) -> Changes:
        moved = Moves(files, with_nobodys=is_claimed)
        if is_revert:
            self._reverts.give_back(files)
            self._reverts.remember(files)
        for file in files:
            moved.place(file)
        if is_claimed:
            self._note_rewrites(moved, self._claim(position, files))
        return _rows(files)

    def _claim(self, position: int, files: list[Patched]) -> set[int]:
        """Numbers new lines for the sessions that produced them; says which sessions did."""
        new = [(file, _new_lines(file)) for file in files if file.new is not None]
        added = [(file.new, [(n, form) for _, _, n, form in lines]) for file, lines in new]
        claims = self._attribution.claims(position, added)
        sessions = {owner for owners in claims for owner in owners} - {None}
        for (_, lines), owners in zip(new, claims, strict=True):
            for owner, run in groupby(zip(lines, owners, strict=True), key=itemgetter(1)):
                if owner is not None:
                    self._number([line for line, _ in run], owner)
        return sessions

    def _number(self, lines: list[tuple[Hunk, int, int, bytes]], owner: int) -> None:
        first = self._ledger.give(owner, len(lines))
        for number, (hunk, index, _, _) in enumerate(lines, first):
            hunk.numbers[index] = number

    def _note_rewrites(self, moved: Moves, sessions: set[int]) -> None:
        """A line that its own session replaces was never its final word: it is not counted."""
        for number in moved.left() if sessions else ():
            for line in self._ledger.members(number):
                owner = self._ledger.owner(line)
                if owner in sessions:
                    self._ledger.sessions[owner].rewritten.add(line)


def _new_lines(file: Patched) -> list[tuple[Hunk, int, int, bytes]]:
    """(hunk, index in it, line number from 1, form) of the effective lines not known yet."""
    return [
        (hunk, index, hunk.new_at + index + 1, form)
        for hunk in file.read_after()
        for index, form in enumerate(hunk.added)
        if hunk.numbers[index] is None and is_effective(form)
    ]


def _rows(files: list[Patched]) -> Changes:
    """All sources are read before anything is written: one file's new name may be another's old."""
    gone: Changes = {file.old: None for file in files if file.old not in (None, file.new)}
    written: Changes = {}
    for file in files:
        if file.new is None:
            continue
        edits = ((hunk.at, len(hunk.removed), _owners(hunk.numbers)) for hunk in file.read_after())
        written[file.new] = None if file.is_unreadable else splice(file.row or b"", edits)
    return gone | written


def _owners(numbers: list[int | None]) -> bytes:
    return pack([number or 0 for number in numbers]) if any(numbers) else nobody(len(numbers))
