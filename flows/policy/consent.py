"""Consent to training, resolved from append-only events as of an instant.

The order is by `effective_at`; of two events of one instant the later recorded counts, and of two
recorded together the revocation. No event, or none in force, means no consent.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

_STRICTER_LAST = {"granted": 0, "revoked": 1}


class ConsentEvent(NamedTuple):
    account_id: str
    state: str
    effective_at: datetime
    recorded_at: datetime


class Timeline(NamedTuple):
    """One account's events in the order in which they hold; the last of an instant decides."""

    events: tuple[ConsentEvent, ...]

    def event_at(self, instant: datetime) -> ConsentEvent | None:
        """The event in force, or None where nothing is in force yet."""
        in_force = [event for event in self.events if event.effective_at <= instant]
        return in_force[-1] if in_force else None

    def is_granted_at(self, instant: datetime) -> bool:
        event = self.event_at(instant)
        return event is not None and event.state == "granted"

    def revoked_after(self, instant: datetime) -> datetime | None:
        """The first revocation that takes effect after the instant."""
        later = (event for event in self.events if event.effective_at > instant)
        return next((event.effective_at for event in later if event.state == "revoked"), None)


NO_CONSENT = Timeline(())


def resolve(events: Iterable[ConsentEvent]) -> dict[str, Timeline]:
    """account id → timeline, whatever the order in which events arrived."""
    by_account: dict[str, list[ConsentEvent]] = {}
    for event in events:
        by_account.setdefault(event.account_id, []).append(event)
    return {
        account: Timeline(tuple(sorted(found, key=_rank))) for account, found in by_account.items()
    }


def _rank(event: ConsentEvent) -> tuple:
    return (event.effective_at, event.recorded_at, _STRICTER_LAST[event.state])


def fingerprint(timeline: Timeline, now: datetime) -> str:
    """Changes when what is in force changes: landing of the account is then decided anew."""
    in_force = [event for event in timeline.events if event.effective_at <= now]
    return ";".join(f"{event.state}@{event.effective_at.isoformat()}" for event in in_force)
