"""Measures code survival beside a repository: git and transcripts in, sessions' counts out."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flows.adapters.files import write_whole
from flows.adapters.git import GitRepository
from flows.adapters.git_changes import GitChanges
from flows.policy.errors import WinnowError
from flows.survival.history import Commit
from flows.survival.measure import BLAME, METHODS, Measured, Measurement, Wanted
from flows.survival.notes import REF, parse_note
from flows.survival.sessions import DEFAULT_TRAILERS
from flows.survival.snapshot import Snapshot
from flows.survival.spans import parse_checkpoints
from flows.survival.transcripts import TranscriptSession, read_transcripts

_IGNORED_REVISIONS = ".git-blame-ignore-revs"
_STATE_FILE = "survival.state"


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for; empty `trailers` are the default ones."""

    repository: Path
    head: str = "HEAD"
    trailers: tuple[str, ...] = ()
    transcripts: tuple[Path, ...] = ()
    notes: bool = False
    method: str = METHODS[0]
    checkpoints: str | None = None
    state: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was measured; `warnings` say in words what the repository could not tell."""

    measured: Measured
    spans: dict[str, int]
    method: str
    warnings: tuple[str, ...]


def measure_survival(
    request: Request, on_commit: Callable[[int, int], None] | None = None
) -> Outcome:
    """Raises WinnowError for what is no repository, no such revision, or has nothing to measure."""
    _check_method(request)
    spans = parse_checkpoints(request.checkpoints)
    repository = GitRepository(request.repository)
    head, shallow = repository.resolve(request.head), repository.shallow_commits()
    wanted = _wanted(request, spans, repository, head)
    commits = (Commit(*fields) for fields in repository.commits(head))
    measurement = Measurement(commits, shallow, wanted)
    # A transcript that came since may claim lines of old commits: such a run measures anew.
    file = request.state / _STATE_FILE if request.state and not request.transcripts else None
    asked = _fingerprint(wanted, shallow)
    before = Snapshot.decode(file.read_bytes(), asked) if file and file.is_file() else None
    changes = GitChanges(repository, ignore_space=request.method != BLAME)
    measured = measurement.run(changes.of, before, on_commit)
    _check_found(measured, shallow)
    if file:
        write_whole(file, measured.snapshot.encode(asked))
    return Outcome(measured, spans, request.method, _warnings(request, repository, shallow))


def _check_method(request: Request) -> None:
    if request.method not in METHODS:
        raise WinnowError(
            "this method of survival does not exist",
            remedy=f"use one of: {', '.join(METHODS)}",
            exit_code=2,
        )
    if request.method == BLAME and (request.notes or request.transcripts):
        raise WinnowError(
            "blame/1 checks commits with a trailer; it knows no transcripts or notes",
            remedy="leave out --method, or leave out --transcripts and --notes",
            exit_code=2,
        )


def _wanted(
    request: Request, spans: dict[str, int], repository: GitRepository, head: str
) -> Wanted:
    listed = repository.blob(head, _IGNORED_REVISIONS) or b""
    lines = (line.partition("#")[0].strip() for line in listed.decode(errors="replace").split("\n"))
    notes = repository.notes(REF) if request.notes else ()
    return Wanted(
        spans,
        request.method,
        request.trailers or DEFAULT_TRAILERS,
        frozenset(line for line in lines if line),
        {commit: parsed for commit, note in notes if (parsed := parse_note(note))},
        _transcript_sessions(request.transcripts),
    )


def _transcript_sessions(paths: tuple[Path, ...]) -> list[TranscriptSession]:
    files = []
    for path in paths:
        if not path.exists():
            raise WinnowError(
                "a path of transcripts does not exist",
                remedy="name files or folders that are there, like ~/.claude/projects",
                exit_code=2,
            )
        files.extend(sorted(path.rglob("*.jsonl")) if path.is_dir() else [path])
    return read_transcripts(_opened(files))


def _opened(files: list[Path]) -> Iterator[BinaryIO]:
    for file in files:
        with file.open("rb") as lines:
            yield lines


def _fingerprint(wanted: Wanted, shallow: frozenset[str]) -> bytes:
    """Of all that a saved run's numbers depend on but the history and its notes."""
    asked = (
        wanted.method,
        tuple(wanted.spans),
        tuple(sorted(wanted.trailers)),
        sorted(wanted.formatters),
        bool(wanted.notes),
        sorted(shallow),
    )
    return hashlib.sha256(repr(asked).encode()).digest()


def _check_found(measured: Measured, shallow: frozenset[str]) -> None:
    if measured.sessions:
        return
    if shallow:
        raise WinnowError(
            "this clone is shallow, and no agent's commit is inside the part that it has",
            remedy="run `git fetch --unshallow` in it, or clone with full history",
        )
    raise WinnowError(
        "no commit here has an agent's trailer",
        remedy="name what your agent writes with --trailer, or read --transcripts or --notes",
    )


def _warnings(
    request: Request, repository: GitRepository, shallow: frozenset[str]
) -> tuple[str, ...]:
    told = []
    if request.head == "HEAD" and repository.is_detached():
        told.append(
            "HEAD is detached: measured up to it as if it were the default branch;"
            " name the branch with --head"
        )
    if shallow:
        told.append(
            "the clone is shallow: commits at its edge are left out; `git fetch --unshallow`"
            " brings the rest"
        )
    return tuple(told)
