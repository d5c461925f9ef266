"""The exact revert of a revert gives back the lines that the revert took."""

import re
from hashlib import blake2b

from flows.survival.patches import Patched

_REVERT = re.compile(r'^(?:Revert|Reapply) "|^This reverts commit [0-9a-f]{7,64}\b', re.MULTILINE)


def is_revert_message(message: str) -> bool:
    """Only what says so reverts: somebody may also delete a line and later write it anew."""
    return bool(_REVERT.search(message))


class Reverts:
    """Remembers what each revert removed, until another revert removes just what it added."""

    def __init__(self, removed: dict[bytes, dict[bytes, list[int]]] | None = None) -> None:
        self.removed = removed or {}

    def remember(self, files: list[Patched]) -> None:
        ids = {
            file.old: [number for hunk in file.read() for number in hunk.ids]
            for file in files
            if file.row is not None and file.old is not None
        }
        if any(any(numbers) for numbers in ids.values()):
            self.removed[_signature(files)] = ids

    def give_back(self, files: list[Patched]) -> None:
        """Numbers the added lines as they were, if this undoes a revert."""
        removed = self.removed.get(_signature(files, undone=True), {})
        for file in files:
            numbers = iter(removed.get(file.new, ()))
            for hunk in file.read_after():
                hunk.numbers = [next(numbers, None) or None for _ in hunk.added]


def _signature(files: list[Patched], *, undone: bool = False) -> bytes:
    """Digest of removed and added lines of each file; the other way round for the undoing patch."""
    sides = []
    for file in files:
        removed = b"\n".join(line for hunk in file.read() for line in hunk.removed)
        added = b"\n".join(line for hunk in file.read() for line in hunk.added)
        path = file.new if file.old is None else file.old
        sides.append((path or b"", *((added, removed) if undone else (removed, added))))
    return blake2b(repr(sorted(sides)).encode(), digest_size=16).digest()
