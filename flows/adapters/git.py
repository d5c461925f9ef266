"""The only module that runs git. Reads; never writes into a repository, never reaches a network."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.policy.errors import WinnowError

# What a user may have configured must not change what is measured.
_SETTINGS = (
    "core.quotePath=false",
    "core.attributesFile=/dev/null",
    "diff.algorithm=myers",
    "diff.indentHeuristic=true",
    "diff.orderFile=/dev/null",
    "diff.mnemonicPrefix=false",
    "diff.noprefix=false",
    "diff.interHunkContext=0",
    "diff.suppressBlankEmpty=false",
    "diff.renameLimit=0",
    "i18n.logOutputEncoding=UTF-8",
    "log.showSignature=false",
    "color.ui=false",
    # For the trees of ours in a temporary folder.
    "core.fsync=none",
    "core.looseCompression=0",
)
# A partial clone must not fetch what it lacks; a lock must not be taken.
_ENVIRONMENT = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0"}
_REDIRECTS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS")
_BLOCK = 1 << 20


class GitStoppedError(Exception):
    """Git ended early: an object that it needs is not there."""


class GitRepository:
    """A repository, bare or not. Raises WinnowError where there is none, or no such revision."""

    def __init__(self, path: Path) -> None:
        self._environment = {**os.environ, **_ENVIRONMENT}
        for name in _REDIRECTS:
            self._environment.pop(name, None)
        self._git_dir = self._find_git_dir(path)

    def _find_git_dir(self, path: Path) -> str:
        if not path.is_dir():
            raise _no_repository()
        found = subprocess.run(
            ["git", "-C", str(path), "rev-parse", "--absolute-git-dir"],
            env=self._environment,
            capture_output=True,
            check=False,
        )
        if found.returncode:
            raise _no_repository()
        return os.fsdecode(found.stdout).rstrip("\n")

    def resolve(self, revision: str) -> str:
        """The commit that a revision names."""
        named = self.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        )
        if named.returncode:
            raise WinnowError(
                "the revision to measure up to is not in this repository",
                remedy="name a branch or commit with --head; an empty repository has none yet",
                exit_code=2,
            )
        return named.stdout.decode().strip()

    def is_detached(self) -> bool:
        return self.run("symbolic-ref", "--quiet", "HEAD").returncode != 0

    def shallow_commits(self) -> frozenset[str]:
        """The commits where a shallow clone was cut off; empty for a whole one."""
        file = self.inner_path("shallow")
        return frozenset(file.read_text().split()) if file.is_file() else frozenset()

    def inner_path(self, name: str) -> Path:
        """Where git keeps one of its own files or folders."""
        told = os.fsdecode(self.run("rev-parse", "--git-path", name).stdout).rstrip("\n")
        return Path(self._git_dir) / told

    def commits(self, head: str) -> Iterator[tuple[str, tuple[str, ...], int, int, str]]:
        """(id, parents, committed_at, authored_at, message) of all ancestors, parents first."""
        form = "--format=tformat:%H%n%P%n%ct%n%at%n%B%x00"
        try:
            with self.stream("log", "--topo-order", "--reverse", form, head) as out:
                for record in records(out, b"\0\n"):
                    yield _commit_fields(record)
        except GitStoppedError:
            raise WinnowError(
                "the history cannot be read to its beginning",
                remedy="run `git fsck` in the repository; clone it anew where objects are missing",
            ) from None

    def blob(self, commit: str, path: str) -> bytes | None:
        """A file of a commit; None where it is not there."""
        found = self.run("cat-file", "blob", f"{commit}:{path}")
        return None if found.returncode else found.stdout

    def notes(self, ref: str) -> Iterator[tuple[str, bytes]]:
        """(commit, note) of every note under `ref`; none where there is no such ref."""
        listed = self.run("notes", f"--ref={ref}", "list").stdout
        pairs = [line.split() for line in listed.decode().splitlines()]
        asked = "".join(f"{note}\n" for note, _ in pairs).encode()
        with self.stream("cat-file", "--batch", feed=asked) as out:
            for _, commit in pairs:
                title = out.readline().split()
                if title[-1] == b"missing":
                    continue
                yield commit, out.read(int(title[2]))
                out.read(1)

    def run(
        self, *arguments: str, feed: bytes = b"", objects: Path | None = None
    ) -> subprocess.CompletedProcess:
        """Git's whole answer. `objects`: a folder of ours to write objects into instead."""
        return subprocess.run(
            self._command(*arguments),
            cwd=self._git_dir,
            env=self._environment_with(objects),
            input=feed,
            capture_output=True,
            check=False,
        )

    @contextmanager
    def stream(self, *arguments: str, feed: bytes = b"", objects: Path | None = None):
        """A running git's output. A file feeds it, so that neither side waits for the other.

        Raises GitStoppedError at the end if git failed.
        """
        with tempfile.TemporaryFile() as source:
            source.write(feed)
            source.seek(0)
            process = subprocess.Popen(
                self._command(*arguments),
                cwd=self._git_dir,
                env=self._environment_with(objects),
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        try:
            yield process.stdout
            if process.wait():
                raise GitStoppedError
        finally:
            process.stdout.close()
            process.kill()
            process.wait()

    def _command(self, *arguments: str) -> list[str]:
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        # As a work tree the git folder hides the files outside, whose .gitattributes would count.
        place = (f"--git-dir={self._git_dir}", f"--work-tree={self._git_dir}")
        return ["git", *place, *settings, *arguments]

    def _environment_with(self, objects: Path | None) -> dict[str, str]:
        if objects is None:
            return self._environment
        return {**self._environment, "GIT_OBJECT_DIRECTORY": str(objects)}


def records(out, end: bytes, lead: bytes = b"") -> Iterator[bytes]:
    """The output cut at `end`, of which the last byte leads the next record if it is `lead`.

    What follows the last end mark is dropped: git stopped there.
    """
    buffer, looked = bytearray(lead), 0
    while block := out.read1(_BLOCK):
        buffer += block
        start = 0
        while (cut := buffer.find(end, looked)) >= 0:
            with memoryview(buffer) as view:
                record = bytes(view[start:cut])
            yield record
            start = looked = cut + len(end) - len(lead)
        del buffer[:start]
        looked = max(0, len(buffer) - len(end))


def _commit_fields(record: bytes) -> tuple[str, tuple[str, ...], int, int, str]:
    id, parents, committed, authored, message = record.decode(errors="replace").split("\n", 4)
    return id, tuple(parents.split()), int(committed), int(authored), message


def _no_repository() -> WinnowError:
    return WinnowError(
        "this folder is not a git repository",
        remedy="name a clone's folder, or a bare repository",
        exit_code=2,
    )
