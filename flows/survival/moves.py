"""Moves within one commit: a line removed here and added there is the same line."""

from collections import defaultdict

from flows.survival.patches import Patched

# Of a form that is removed more often than this, any removed line will do.
_MOST_COMPARED = 64


class Moves:
    """The lines that a commit removes, by form, to be found among those it adds.

    `with_nobodys`: lines that nobody tracks as well, so that whoever moves them did not write them.
    """

    def __init__(self, files: list[Patched], *, with_nobodys: bool) -> None:
        self._pool: dict[bytes, list[tuple[int, bytes | None]]] = defaultdict(list)
        for file in files:
            if file.row is not None or with_nobodys:
                self._collect(file, with_nobodys)

    def _collect(self, file: Patched, with_nobodys: bool) -> None:
        for hunk in file.read():
            for number, form in zip(hunk.ids, hunk.removed, strict=True):
                if number or (with_nobodys and len(form) > 2):
                    self._pool[form].append((number, file.new))

    def place(self, file: Patched) -> None:
        """Gives moved lines of the file their old numbers, 0 for nobody's."""
        for hunk in file.read_after() if self._pool else ():
            for n, form in enumerate(hunk.added):
                if form in self._pool and hunk.numbers[n] is None:
                    hunk.numbers[n] = self._take(form, file.new)

    def left(self) -> list[int]:
        """The tracked lines that went for good."""
        return [number for waiting in self._pool.values() for number, _ in waiting if number]

    def _take(self, form: bytes, path: bytes | None) -> int:
        """From the same file first, a tracked one first."""
        waiting = self._pool[form]
        if len(waiting) == 1:
            del self._pool[form]
            return waiting[0][0]
        if len(waiting) > _MOST_COMPARED:
            return waiting.pop()[0]
        best = max(waiting, key=lambda line: (line[1] == path, line[0] > 0))
        waiting.remove(best)
        return best[0]
