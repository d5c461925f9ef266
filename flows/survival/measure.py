"""The whole measurement, fed by an adapter: history in, sessions with their counts out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from flows.survival.attribution import Attribution, Source, TrailerSource
from flows.survival.history import Commit, History
from flows.survival.ledger import Ledger, Session
from flows.survival.line_method import LineMethod
from flows.survival.notes import Spans
from flows.survival.plain_blame import PlainBlame
from flows.survival.reverts import Reverts
from flows.survival.sessions import (
    DEFAULT_TRAILERS,
    CommitMarks,
    open_commit_sessions,
    open_note_sessions,
    open_transcript_sessions,
    origins,
)
from flows.survival.snapshot import Snapshot, notes_digest
from flows.survival.tracking import Change, Checkpoints, Tracker
from flows.survival.trail import Trail
from flows.survival.transcripts import TranscriptSession

LINE, BLAME = "line/1", "blame/1"
METHODS = (LINE, BLAME)

ChangesOf = Callable[[list[tuple[str, tuple[str, ...]]]], Iterable[Change]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure. `formatters` are commits that only reformat; `notes`: commit → note."""

    spans: dict[str, int]
    method: str = LINE
    trailers: Sequence[str] = DEFAULT_TRAILERS
    formatters: frozenset[str] = frozenset()
    notes: dict[str, dict[bytes, Spans]] = field(default_factory=dict)
    transcripts: Sequence[TranscriptSession] = ()


@dataclass(slots=True)
class Measured:
    """The sessions with their counts; `commits`: commit → its pseudo-session, for checking."""

    history: History
    sessions: list[Session]
    commits: dict[str, Session]
    snapshot: Snapshot


class Measurement:
    """One run over a repository's history."""

    def __init__(self, commits: Iterable[Commit], shallow: frozenset[str], wanted: Wanted) -> None:
        self._wanted = wanted
        self._marks = CommitMarks(wanted.trailers)
        self.history = History(self._marks.watch(commits), shallow)

    def run(
        self,
        changes_of: ChangesOf,
        before: Snapshot | None = None,
        on_commit: Callable[[int, int], None] | None = None,
    ) -> Measured:
        """Measures; only what is new since `before` where that can be built upon. `on_commit`
        hears (done, all) as the pass goes."""
        start = before if before and before.fits(self.history, self._notes()) else None
        ledger = start.ledger if start else Ledger()
        reverts = start.reverts if start else Reverts()
        agents = open_commit_sessions(self.history, ledger, self._marks.agents)
        sources = self._sources(ledger, agents)
        tracker = Tracker(self.history, ledger, self._method(ledger, agents, sources, reverts))
        order = self.history.followers(origins(self.history, sources))
        if start:
            order = start.enter(tracker, order)
            if order is None:
                return self.run(changes_of, None, on_commit)
        trail = start.trail if start else Trail.beginning(self.history)
        self._walk(tracker, trail, order, changes_of, on_commit)
        commits = {self.history.ids[at]: ledger.sessions[place] for at, place in agents.items()}
        trail = trail.moved_on(self.history)
        noted = notes_digest(self.history, self._notes())
        snapshot = Snapshot(self.history.ids[-1], noted, ledger, reverts, trail)
        return Measured(self.history, ledger.sessions, commits, snapshot)

    def _sources(self, ledger: Ledger, agents: dict[int, int]) -> list[Source]:
        wanted = self._wanted
        if wanted.method == BLAME:
            return [TrailerSource(agents)]
        sources: list[Source] = []
        if wanted.transcripts:
            sources.append(open_transcript_sessions(self.history, ledger, wanted.transcripts))
        if notes := self._notes():
            sources.append(open_note_sessions(self.history, ledger, notes))
        return [*sources, TrailerSource(agents)]

    def _notes(self) -> dict[int, dict[bytes, Spans]]:
        known = self.history.position
        return {known[id]: note for id, note in self._wanted.notes.items() if id in known}

    def _method(self, ledger: Ledger, agents: dict[int, int], sources, reverts: Reverts):
        if self._wanted.method == BLAME:
            return PlainBlame(ledger, agents)
        position = self.history.position
        known = (position.get(id) for id in self._wanted.formatters)
        formatters = frozenset(at for at in known if at is not None)
        marked = frozenset(self._marks.reverts)
        return LineMethod(ledger, Attribution(sources), formatters, marked, reverts)

    def _walk(self, tracker, trail, order, changes_of, on_commit) -> None:
        checkpoints = Checkpoints(self._wanted.spans, self.history.clock[-1])
        checkpoints.schedule(tracker.ledger.sessions)
        ids, parents = self.history.ids, self.history.parents
        asked = [(ids[at], tuple(ids[parent] for parent in parents[at])) for at in order]
        walked = tracker.walk(order, changes_of(asked), checkpoints)
        for done, (position, changes) in enumerate(walked, 1):
            trail.add(self.history, position, changes, tracker.state)
            if on_commit:
                on_commit(done, len(order))
