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


def batch_trees(batch: Sequence[Sequence[RawConflict]]) -> list[str]:
    """mktree's input for two trees a parent: the batch's files there, and after the merges.

    The n-th conflict of the k-th merge is a file named k.n.
    """
    parents = max((len(found[0].conflict.old) for found in batch if found), default=0)
    trees = []
    for parent in range(parents):
        sides: tuple[list[str], list[str]] = ([], [])
        for k, found in enumerate(batch):
            for n, raw in enumerate(found if _has_parent(found, parent) else ()):
                for side, entry in zip(sides, (raw.entries[parent], raw.entries[-1]), strict=True):
                    side.append(f"{entry}\t{k}.{n}\n" if entry else "")
        trees.extend("".join(side) for side in sides)
    return trees


def by_conflict(record: bytes) -> dict[int, dict[int, bytes]]:
    """A batch's patch against one parent, cut by merge and conflict."""
    found: dict[int, dict[int, bytes]] = {}
    for section in record.split(b"\ndiff --")[1:]:
        k, n = section[len(b"git a/") : section.index(b" b/")].split(b".")
        found.setdefault(int(k), {})[int(n)] = section
    return found


def lost_paths(found: Sequence[RawConflict], place: int, names: frozenset[bytes]) -> set[bytes]:
    """The paths after the merge of the conflicts whose contents are missing."""
    lost = (found[n].conflict.new for n in range(len(found)) if b"%d.%d" % (place, n) in names)
    return {path for path in lost if path is not None}


def _has_parent(found: Sequence[RawConflict], parent: int) -> bool:
    return bool(found) and parent < len(found[0].conflict.old)
