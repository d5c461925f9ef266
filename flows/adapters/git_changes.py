"""What commits changed, streamed by a few long-lived `git diff-tree` processes."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.adapters.git import GitRepository, GitStoppedError, records
from flows.adapters.git_conflicts import (
    Conflict,
    RawConflict,
    batch_trees,
    by_conflict,
    has_new_file,
    lost_paths,
    parse_conflicts,
)
from flows.policy.errors import WinnowError

_DIFF = ("--no-commit-id", "-r", "--root", "--no-ext-diff", "--no-textconv", "--submodule=short")
_PATCH = (*_DIFF, "-p", "-U0")
# Without -l0 renames switch off on large commits.
_RENAMES = ("-M", "-l0")
_COMBINED = (*_DIFF, "--raw", "--no-abbrev", "-c", "--combined-all-paths")
_END = b"="
_MOST_UNREADABLE_COMMITS = 500
# Merges compared at once: few trees to write, and few patches in memory.
_BATCH = 8

ParentChanges = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit changed.

    `patch`, led by a newline, is against the parent. For a merge it is empty; then `against` has
    (letter, quoted path) of what differs from each parent but the last, and `conflicts` what
    differs from all; `patches` has for each parent the n-th conflict's part, under n.
    """

    patch: bytes
    unreadable: frozenset[bytes] = frozenset()
    against: Sequence[ParentChanges] = ()
    conflicts: Sequence[Conflict] = ()
    patches: Sequence[dict[int, bytes]] = ()


class GitChanges:
    """Reads changes of many commits. Merges are compared file by file against each parent, over
    trees of our own in a temporary folder: git's combined diff takes memory with the square of
    the lines, and leaves out lines that its hunk headers count.

    `ignore_space`: a merge keeps lines that differ from a parent's in white space only. Elsewhere
    that is told from the lines themselves: -w costs git a third more.
    """

    def __init__(self, repository: GitRepository, *, ignore_space: bool = False) -> None:
        self._git = repository
        self._merge_options = (*_PATCH, "-w") if ignore_space else _PATCH

    def of(self, commits: list[tuple[str, tuple[str, ...]]]) -> Iterator[Change]:
        """The change of each (commit, parents), in order."""
        plain = [id for id, parents in commits if len(parents) < 2]
        patches = self._patches(plain, (*_PATCH, *_RENAMES))
        with tempfile.TemporaryDirectory(prefix="winnow-git-") as folder:
            merges = self._merges([commit for commit in commits if len(commit[1]) > 1], folder)
            for _, parents in commits:
                yield Change(*next(patches)) if len(parents) < 2 else next(merges)

    def _merges(self, merges: list[tuple[str, tuple[str, ...]]], folder: str) -> Iterator[Change]:
        conflicts = self._all_conflicts(merges)
        batches = [conflicts[at : at + _BATCH] for at in range(0, len(conflicts), _BATCH)]
        listings = [batch_trees([found for found, _ in batch]) for batch in batches]
        pairs = self._make_trees(listings, Path(folder))
        patches = self._patches(pairs, (*self._merge_options, "--no-renames"), Path(folder))
        against = self._parent_changes(merges)
        for batch, trees in zip(batches, listings, strict=True):
            answers = [next(patches) for _ in range(len(trees) // 2)]
            sides = [by_conflict(record) for record, _ in answers]
            lost = frozenset().union(*(missing for _, missing in answers))
            for place, (found, unreadable) in enumerate(batch):
                yield Change(
                    b"",
                    unreadable | lost_paths(found, place, lost),
                    next(against),
                    [raw.conflict for raw in found],
                    [side.get(place, {}) for side in sides],
                )

    def _all_conflicts(self, merges) -> list[tuple[list[RawConflict], frozenset[bytes]]]:
        """(conflicts, paths that could not be read) of each merge. Only where a parent lacks a
        file can a rename matter: only there are they looked for, which costs far more."""
        parents = [len(of) for _, of in merges]
        listed = list(self._diff_tree([id for id, _ in merges], _COMBINED))
        renaming = [n for n, record in enumerate(listed) if has_new_file(record)]
        again = self._patches([merges[n][0] for n in renaming], (*_COMBINED, *_RENAMES))
        answers = [(record, frozenset()) for record in listed]
        for n, answer in zip(renaming, again, strict=True):
            answers[n] = answer
        return [
            (parse_conflicts(record, size), unreadable)
            for (record, unreadable), size in zip(answers, parents, strict=True)
        ]

    def _parent_changes(self, merges) -> Iterator[list[ParentChanges]]:
        pairs = [f"{id} {parent}" for id, parents in merges for parent in parents[:-1]]
        answers = self._diff_tree(pairs, (*_DIFF, "--name-status", "--no-renames"))
        for _, parents in merges:
            yield [_name_status(next(answers)) for _ in parents[:-1]]

    def _make_trees(self, batches: list[list[str]], folder: Path) -> list[str]:
        """A "tree tree" line for each two listings, written where no repository sees them."""
        (folder / "info").mkdir()
        objects = self._git.inner_path("objects")
        (folder / "info" / "alternates").write_bytes(os.fsencode(f"{objects}\n"))
        feed = "".join(f"{listing}\n" for batch in batches for listing in batch).encode()
        made = self._git.run("mktree", "--batch", "--missing", feed=feed, objects=folder)
        trees = made.stdout.decode().split()
        return [f"{old} {new}" for old, new in zip(trees[::2], trees[1::2], strict=True)]

    def _patches(
        self, lines: list[str], options: tuple[str, ...], objects: Path | None = None
    ) -> Iterator[tuple[bytes, frozenset[bytes]]]:
        """(patch, paths that could not be read) of each line.

        A partial clone lacks blobs, and git stops at the first: that line is read again without
        those files.
        """
        done = failures = 0
        while done < len(lines):
            try:
                for record in self._diff_tree(lines[done:], options, objects):
                    yield record, frozenset()
                    done += 1
            except GitStoppedError:
                failures += 1
                _check_readable(failures)
                yield self._readable_part(lines[done], options, objects)
                done += 1

    def _readable_part(self, line: str, options: tuple[str, ...], objects: Path | None):
        missing = self._missing_paths(line, objects)
        without = [f":(exclude,top,literal){os.fsdecode(path)}" for path in sorted(missing)]
        try:
            (record,) = self._diff_tree([line], (*options, "--", ":/", *without), objects)
        except GitStoppedError:
            _check_readable(_MOST_UNREADABLE_COMMITS + 1)
        return record, missing

    def _missing_paths(self, line: str, objects: Path | None) -> frozenset[bytes]:
        raw = ("diff-tree", "-z", "-m", "--raw", "--no-abbrev", "--no-renames", *_DIFF)
        fields = self._git.run(*raw, *line.split(), objects=objects).stdout.split(b"\0")
        sides = [
            (title.split(), path) for title, path in zip(fields[::2], fields[1::2], strict=False)
        ]
        tips = line.split() if " " in line else [line, f"{line}^@"]
        # Unlike cat-file this asks no other repository for what is missing.
        listing = ("rev-list", "--objects", "--no-object-names", "--no-walk", "--missing=print")
        listed = self._git.run(*listing, *tips, objects=objects).stdout.split()
        gone = {name[1:] for name in listed if name.startswith(b"?")}
        return frozenset(path for title, path in sides if gone.intersection(title[2:4]))

    def _diff_tree(
        self, lines: list[str], options: tuple[str, ...], objects: Path | None = None
    ) -> Iterator[bytes]:
        if not lines:
            return
        # diff-tree echoes what is no commit: an end mark after each, whether it printed or not.
        feed = "".join(f"{line}\n{_END.decode()}\n" for line in lines).encode()
        with self._git.stream("diff-tree", "--stdin", *options, feed=feed, objects=objects) as out:
            yield from records(out, b"\n" + _END + b"\n", lead=b"\n")


def _name_status(record: bytes) -> ParentChanges:
    pairs = (line.split(b"\t", 1) for line in record.split(b"\n") if line)
    return [(letter, path) for letter, path in pairs]


def _check_readable(failures: int) -> None:
    if failures > _MOST_UNREADABLE_COMMITS:
        raise WinnowError(
            "this clone lacks the contents of most files (a partial clone)",
            remedy="run `git fetch --refetch --no-filter` in it, or measure beside a full clone",
        )
