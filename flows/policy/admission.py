"""Which events of a session may land: those of the window and, for opt-in, those consented to."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from flows.policy.consent import Timeline
from flows.policy.windows import oldest_kept_date

MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MICROS = 86_400_000_000


class Rules(NamedTuple):
    """Instants in microseconds since 1970, UTC. `consent` is None where a tier needs none,
    `erased` where the account was not erased."""

    oldest: int
    end: int
    now: datetime
    consent: Timeline | None
    erased: int | None = None


def rules_for(
    today: date, now: datetime, consent: Timeline | None, erased_at: datetime | None = None
) -> Rules:
    return Rules(
        oldest=to_micros(datetime.combine(oldest_kept_date(today), time(), UTC)),
        end=to_micros(datetime.combine(today + timedelta(days=1), time(), UTC)),
        now=now,
        consent=consent,
        erased=to_micros(erased_at) if erased_at else None,
    )


def to_micros(instant: datetime) -> int:
    return (instant - _EPOCH) // MICROSECOND


def to_date(micros: int) -> date:
    return _EPOCH.date() + timedelta(days=micros // DAY_MICROS)


class Admission:
    """Admits the events of one object, session by session, in the order of the file."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._sessions: dict[str, Session] = {}

    def refusal(self, session_id: str, at: int) -> str | None:
        """The reason for which the event does not land, or None.

        A session begins with its first event in the file.
        """
        session = self._sessions.get(session_id)
        if session is None:
            session = self._sessions.setdefault(session_id, Session(at, self.rules))
        return session.refusal(at)

    def session(self, session_id: str) -> "Session":
        return self._sessions[session_id]


class Session:
    """Admits one session's events, given its first event's instant.

    When a session's first day is gone all of the session is gone; a revocation after its start
    erases it whole, and what comes after the revocation is counted apart.
    """

    def __init__(self, started: int, rules: Rules) -> None:
        self.rules = rules
        self.date = to_date(started)
        self.whole = _session_reason(started, rules)
        self.revoked = _revoked_micros(started, rules)

    def refusal(self, at: int) -> str | None:
        """The reason for which the event at that instant does not land, or None."""
        if self.whole:
            return self.whole
        if self.revoked is not None:
            return "after_revocation" if at >= self.revoked else "consent_revoked"
        if at < self.rules.oldest:
            return "older_than_window"
        return "in_the_future" if at >= self.rules.end else None


def _session_reason(started: int, rules: Rules) -> str | None:
    if started < rules.oldest:
        return "older_than_window"
    if rules.erased is not None and started < rules.erased:
        return "erased"
    if rules.consent is not None and not rules.consent.is_granted_at(_instant(started)):
        return "no_consent"
    return None


def _revoked_micros(started: int, rules: Rules) -> int | None:
    if rules.consent is None:
        return None
    revoked = rules.consent.revoked_after(_instant(started))
    return to_micros(revoked) if revoked is not None and revoked <= rules.now else None


def _instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
