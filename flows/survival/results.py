"""What leaves: a float a session and checkpoint; and the summary for people."""

from dataclasses import dataclass

from flows.survival.ledger import Session

_LEAST_LINES = 5
_STEPS = 1000


@dataclass(frozen=True, slots=True)
class Reading:
    """One session at one checkpoint: `ratio` and `bucket` None where nothing can be observed."""

    session_id: str
    checkpoint: str
    ratio: float | None
    bucket: str | None


def lines_bucket(lines: int) -> str | None:
    """The size that may be told; None under five lines."""
    if lines < _LEAST_LINES:
        return None
    return "5-19" if lines < 20 else "20-99" if lines < 100 else "100+"


def told_sessions(sessions: list[Session]) -> list[Session]:
    """Without the pseudo-sessions of commits whose lines are somebody else's, or no lines."""
    return [session for session in sessions if session.added or session.source != "trailer"]


def readings(sessions: list[Session], spans: dict[str, int]) -> list[Reading]:
    """Every session at every checkpoint, in order of time."""
    told = told_sessions(sessions)
    ordered = sorted(told, key=lambda session: (session.starts_at or 0, session.id))
    return [_reading(session, name, span) for session in ordered for name, span in spans.items()]


def _reading(session: Session, name: str, span: int) -> Reading:
    bucket = lines_bucket(session.added)
    alive = alive_at(session, name, span)
    if bucket is None or alive is None:
        return Reading(session.id, name, None, bucket)
    ratio = min(1.0, round(alive / session.added * _STEPS) / _STEPS)
    return Reading(session.id, name, ratio, bucket)


def alive_at(session: Session, name: str, span: int) -> int | None:
    """Lines alive at a checkpoint; None where it cannot be observed, which is not 0."""
    if session.starts_at is None or not session.is_observable(session.starts_at + span):
        return None
    return session.alive.get(name)


def output_line(reading: Reading, checked_at: str) -> dict:
    """The one form that leaves the machine."""
    return {
        "session_id": reading.session_id,
        "checkpoint": reading.checkpoint,
        "survival_ratio": reading.ratio,
        "lines_bucket": reading.bucket,
        "checked_at": checked_at,
    }


def summary(sessions: list[Session], spans: dict[str, int], method: str) -> dict:
    """Counts and pooled ratios; no id, path or hash. Sessions under five lines are left out."""
    sessions = told_sessions(sessions)
    counted = [session for session in sessions if lines_bucket(session.added)]
    sources = sorted({session.source for session in sessions})
    return {
        "method": method,
        "sessions": len(sessions),
        "sessions_measured": len(counted),
        "sessions_without_lines": sum(session.added == 0 for session in sessions),
        "lines": sum(session.added for session in counted),
        "sources": {name: sum(s.source == name for s in sessions) for name in sources},
        "checkpoints": {name: _checkpoint(counted, name, span) for name, span in spans.items()},
    }


def _checkpoint(sessions: list[Session], name: str, span: int) -> dict:
    seen = [(s.added, n) for s in sessions if (n := alive_at(s, name, span)) is not None]
    added, alive = sum(lines for lines, _ in seen), sum(lines for _, lines in seen)
    return {
        "sessions": len(seen),
        "sessions_unobserved": len(sessions) - len(seen),
        "lines": added,
        "alive": alive,
        "survival_ratio": round(alive / added, 6) if added else None,
        "mean_ratio": round(sum(n / lines for lines, n in seen) / len(seen), 6) if seen else None,
    }
