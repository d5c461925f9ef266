"""Files of a merge that differ from every parent's, as `git diff-tree -c --raw` lists them."""

from collections.abc import Sequence
from dataclasses import dataclass

_NO_FILE = "0" * 6
_SUBMODULE = "160000"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file of a merge that differs from every parent's: its quoted path in each parent (None:
    not there) and after (None: deleted)."""

    old: tuple[bytes | None, ...]
    new: bytes | None


@dataclass(frozen=True, slots=True)
class RawConflict:
    """A conflict with its entry in each parent's tree and the merge's: `mode type hash`, or
    nothing."""

    conflict: Conflict
    entries: tuple[str, ...]


def has_new_file(record: bytes) -> bool:
    """Whether some parent lacks a file of the merge."""
    titles = (line.split(b"\t", 1)[0] for line in record.split(b"\n"))
    return any(b"A" in title[title.rfind(b" ") + 1 :] for title in titles)


def parse_conflicts(record: bytes, parents: int) -> list[RawConflict]:
    """Lines `::mode… mode hash… hash letters<TAB>path…<TAB>path`."""
    found = []
    for line in record.split(b"\n"):
        if not line:
            continue
        title, *paths = line.split(b"\t")
        words = title.decode().lstrip(":").split(" ")
        modes, hashes = words[: parents + 1], words[parents + 1 : -1]
        if _SUBMODULE in modes:
            continue
        sides = [
            None if mode == _NO_FILE else path for mode, path in zip(modes, paths, strict=True)
        ]
        entries = tuple(
            "" if mode == _NO_FILE else f"100644 blob {blob}"
            for mode, blob in zip(modes, hashes, strict=True)
        )
        found.append(RawConflict(Conflict(tuple(sides[:-1]), sides[-1]), entries))
    return found


def tree_listing(entries: Sequence[str]) -> str:
    """mktree's input for one tree: the n-th file is named n."""
    return "".join(f"{entry}\t{n}\n" for n, entry in enumerate(entries) if entry)


def paths_of(found: list[RawConflict], names: frozenset[bytes]) -> set[bytes]:
    """The paths after the merge of conflicts that go by their numbers."""
    return {path for name in names if (path := found[int(name)].conflict.new) is not None}
