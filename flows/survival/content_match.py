"""Attribution by content: a session's net new lines, found in the commits that follow."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from flows.survival.attribution import Claims, NewLines
from flows.survival.history import History
from flows.survival.ledger import Ledger
from flows.survival.transcripts import TranscriptSession

# Clocks differ; a commit in the session's last seconds may seem to precede it.
_SLACK_SECONDS = 300
# How long work may wait in a branch, to be squashed or rebased, and still be found.
_LONGEST_WAIT_SECONDS = 14 * 86_400


class ContentSource:
    """Each line of a session is found once, in the first commit that adds it to that file."""

    def __init__(
        self,
        history: History,
        ledger: Ledger,
        sessions: Sequence[TranscriptSession],
        places: dict[str, int],
    ) -> None:
        self._history = history
        self._ledger = ledger
        self._sessions = sessions
        self._places = places
        self._by_name: dict[bytes, list[tuple[bytes, TranscriptSession, Counter[bytes]]]] = (
            defaultdict(list)
        )
        for session in sessions:
            for path, lines in session.lines.items():
                full = path.encode(errors="replace")
                self._by_name[full.rpartition(b"/")[2]].append((full, session, lines))
        self._earliest = min((s.started_at for s in sessions), default=0) - _SLACK_SECONDS
        self._latest = max((s.ended_at for s in sessions), default=0) + _LONGEST_WAIT_SECONDS

    def concerns(self, position: int) -> bool:
        is_whole = position not in self._history.boundary
        return is_whole and self._earliest <= self._history.times[position] <= self._latest

    def claims(self, position: int, added: Sequence[NewLines]) -> Claims:
        return [self._owners(position, path, lines) for path, lines in added]

    def _owners(
        self, position: int, path: bytes, lines: Sequence[tuple[int, bytes]]
    ) -> list[int | None]:
        candidates = self._candidates(self._history.times[position], path)
        owners = [self._take(candidates, form) for _, form in lines]
        landed_at = self._history.landed_at(position)
        for place in set(owners) - {None}:
            session = self._ledger.sessions[place]
            session.landed_at = max(landed_at, session.landed_at or landed_at)
        return owners

    def _candidates(self, moment: int, path: bytes) -> list[tuple[int, Counter[bytes]]]:
        """Sessions that edited the file before the commit, the last to start first."""
        found = [
            (session.started_at, self._places[session.id], lines)
            for full, session, lines in self._by_name.get(path.rpartition(b"/")[2], ())
            if full == path or full.endswith(b"/" + path)
            if session.started_at - _SLACK_SECONDS <= moment
            if moment <= session.ended_at + _LONGEST_WAIT_SECONDS
        ]
        found.sort(key=lambda each: each[:2], reverse=True)
        return [(place, lines) for _, place, lines in found]

    def _take(self, candidates: list[tuple[int, Counter[bytes]]], form: bytes) -> int | None:
        for place, lines in candidates:
            if lines.get(form, 0) > 0:
                lines[form] -= 1
                return place
        return None
