"""A commit's patch as line/1 reads it: code files only, each line in the form that is compared:
without its white space."""

from dataclasses import dataclass

from flows.survival.diffs import hunks, parse_file, removed_and_added, sections
from flows.survival.effective import is_code_path
from flows.survival.owners import cut, unpack


@dataclass(slots=True)
class Hunk:
    """`removed` and `added` are forms; `ids` the numbers of the removed lines (0: nobody's),
    `numbers` those that the added lines get (None: not known yet)."""

    at: int
    new_at: int
    removed: list[bytes]
    added: list[bytes]
    ids: list[int]
    numbers: list[int | None]


@dataclass(slots=True)
class Patched:
    """One file of a commit. `row` is what it was before: None where nobody's lines are in it."""

    old: bytes | None
    new: bytes | None
    row: bytes | None
    is_unreadable: bool
    body: bytes
    hunks: list[Hunk] | None = None

    def read(self) -> list[Hunk]:
        """The hunks, cut up on first need: most files of most commits concern nobody."""
        if self.hunks is None:
            self.hunks = [_hunk(self.row or b"", *found) for found in hunks(self.body)]
        return self.hunks

    def read_after(self) -> list[Hunk]:
        """The hunks, where the file still is there to hold lines."""
        return [] if self.new is None or self.is_unreadable else self.read()


def _hunk(row: bytes, at: int, size: int, new_at: int, _: int, text: bytes) -> Hunk:
    removed, added = removed_and_added(text)
    ids = unpack(cut(row, at, size)).tolist() if row else [0] * size
    forms = [b"".join(line.split()) for line in added]
    return Hunk(at, new_at, [b"".join(x.split()) for x in removed], forms, ids, [None] * len(forms))


def code_files(patch: bytes, state: dict[bytes, bytes]) -> list[Patched]:
    """The files of a patch that count, with their rows in the parent's state."""
    found = []
    for section in sections(patch):
        file = parse_file(section)
        old = file.old if file.old is not None and is_code_path(file.old) else None
        new = file.new if file.new is not None and is_code_path(file.new) else None
        if old is None and new is None:
            continue
        row = None if old is None else state.get(old)
        found.append(Patched(old, new, row, file.is_binary or file.is_link, file.body))
    return found
