"""Consent to training, resolved from append-only events as of an instant.

The order is by `effective_at`; of two events of one instant the later recorded counts, and of two
recorded together the revocation. No event, or none in force, means no consent. An event that is
repeated counts once; one that is repeated with other content has the stricter meaning (`settled`).
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


class Settled(NamedTuple):
    """Events without repetitions, and how many event ids stood for different contents."""

    events: list[ConsentEvent]
    contradictory: int


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

    def admits(self, started: datetime, now: datetime) -> bool:
        """Whether what is in force at `now` leaves a session that started then."""
        revoked = self.revoked_after(started)
        return self.is_granted_at(started) and (revoked is None or revoked > now)

    def has_revocation(self, now: datetime) -> bool:
        return any(each.state == "revoked" and each.effective_at <= now for each in self.events)

    def revoked_at(self, account_id: str, instant: datetime) -> "Timeline":
        """The timeline with one more revocation: an erasure, which the registry may not know of."""
        more = ConsentEvent(account_id, "revoked", instant, instant)
        return Timeline(tuple(sorted((*self.events, more), key=_rank)))


NO_CONSENT = Timeline(())


def settled(records: Iterable[tuple[str, ConsentEvent]]) -> Settled:
    """Events by id → what counts of them.

    Where one id stands for different contents, all of its revocations count and no grant; of
    grants alone the last to take effect counts, and none where they name different accounts.
    """
    by_id: dict[str, set[ConsentEvent]] = {}
    for event_id, event in records:
        by_id.setdefault(event_id, set()).add(event)
    events = [event for found in by_id.values() for event in _strictest(found)]
    return Settled(events, sum(len(found) > 1 for found in by_id.values()))


def _strictest(contents: set[ConsentEvent]) -> list[ConsentEvent]:
    if len(contents) == 1:
        return list(contents)
    revocations = sorted(event for event in contents if event.state == "revoked")
    if revocations or len({event.account_id for event in contents}) > 1:
        return revocations
    return [max(contents, key=lambda event: (event.effective_at, event.recorded_at))]


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
