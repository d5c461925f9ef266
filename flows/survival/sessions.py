"""Which sessions a run looks for, and where the lines of each are told from."""

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Iterable, Sequence

from flows.survival.attribution import Attribution, Source
from flows.survival.content_match import ContentSource
from flows.survival.history import Commit, History
from flows.survival.ledger import Ledger, Session
from flows.survival.notes import NoteSource, Spans
from flows.survival.reverts import is_revert_message
from flows.survival.transcripts import TranscriptSession

DEFAULT_TRAILERS = ("Co-Authored-By: Claude",)


class CommitMarks:
    """Positions that matter, noted while the commits stream by; messages are not kept."""

    def __init__(self, trailers: Sequence[str]) -> None:
        self._trailers = [trailer.lower() for trailer in trailers]
        self.agents: list[int] = []
        self.reverts: set[int] = set()

    def watch(self, commits: Iterable[Commit]) -> Iterable[Commit]:
        """The same commits. A merge is nobody's work: it has no trailer of its own."""
        for position, commit in enumerate(commits):
            message = commit.message.lower()
            if len(commit.parents) < 2 and any(text in message for text in self._trailers):
                self.agents.append(position)
            if is_revert_message(commit.message):
                self.reverts.add(position)
            yield commit


def pseudonym(history: History, position: int) -> str:
    """The id of the pseudo-session of one agent commit, in the same form for ever.

    Keyed with the history's first commit: it tells no hash, and nothing to who has not the
    repository.
    """
    key, name = history.ids[0].encode(), history.ids[position].encode()
    return b32encode(hmac.digest(key, name, hashlib.sha256)).decode()[:26]


def open_commit_sessions(history: History, ledger: Ledger, agents: Iterable[int]) -> dict[int, int]:
    """One pseudo-session an agent commit: position → place. It ends when the default branch first
    holds the commit. Commits that a shallow clone cut off are nobody's: their lines are unknown.
    """
    known = {session.id: place for place, session in enumerate(ledger.sessions)}
    places = {}
    for position in agents:
        if position in history.boundary:
            continue
        name, landed_at = pseudonym(history, position), history.landed_at(position)
        if name not in known:
            known[name] = ledger.open(Session(name, "trailer", landed_at, landed_at=landed_at))
        places[position] = known[name]
    return places


def open_note_sessions(
    history: History, ledger: Ledger, notes: dict[int, dict[bytes, Spans]]
) -> NoteSource:
    """Sessions of git-ai's notes: each ends when the last of its commits has landed."""
    known = {session.id: place for place, session in enumerate(ledger.sessions)}
    for position, note in notes.items():
        landed_at = history.landed_at(position)
        for name in {name for spans in note.values() for *_, name in spans}:
            if name not in known:
                known[name] = ledger.open(Session(name, "note", landed_at, landed_at=landed_at))
            session = ledger.sessions[known[name]]
            if session.source == "note" and landed_at > session.starts_at:
                session.starts_at = session.landed_at = landed_at
                session.alive.clear()
    return NoteSource(notes, known)


def open_transcript_sessions(
    history: History, ledger: Ledger, sessions: Sequence[TranscriptSession]
) -> ContentSource:
    """Sessions of transcripts: each ends with its last record."""
    places = {
        session.id: ledger.open(Session(session.id, "transcript", session.ended_at))
        for session in sessions
    }
    return ContentSource(history, ledger, sessions, places)


def origins(history: History, sources: Sequence[Source]) -> list[int]:
    """The commits that may add a line of some session."""
    attribution = Attribution(sources)
    return [position for position in range(len(history)) if attribution.concerns(position)]
