"""Control data of one tier: consent, assignments and survival, read from JSON lines.

A line that does not fit its form is counted by reason, never shown.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from flows.adapters.sources import Source
from flows.adapters.streams import Lines
from flows.policy.consent import ConsentEvent

Instant = datetime


class ConsentLine(msgspec.Struct):
    event_id: str
    account_id: str
    programme: Literal["opt_in"]
    state: Literal["granted", "revoked"]
    effective_at: Instant
    recorded_at: Instant


class AssignmentLine(msgspec.Struct):
    account_id: str
    experiment: str
    variant: str
    assigned_at: Instant


class SurvivalLine(msgspec.Struct):
    session_id: str
    checkpoint: str
    survival_ratio: float | None
    lines_bucket: str | None
    checked_at: Instant


Line = TypeVar("Line", ConsentLine, AssignmentLine, SurvivalLine)


def read_lines(
    source: Source, prefix: str, form: type[Line], refused: Counter, staging: Path
) -> Iterator[Line]:
    """Every line of the objects below `prefix` that has the form; the others into `refused`."""
    decoder = msgspec.json.Decoder(form)
    for item in sorted(source.objects(prefix)):
        with source.fetch(item, staging) as stored:
            lines = Lines(item.path, stored)
            for line in lines:
                if not line.strip():
                    continue
                try:
                    yield decoder.decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    refused["malformed"] += 1
            refused.update(["broken_compression"] if lines.is_broken else [])


def read_consent(
    source: Source, refused: Counter, staging: Path
) -> Iterator[tuple[str, ConsentEvent]]:
    """Event ids and events as they stand in the registry, repetitions included."""
    for line in read_lines(source, "consent", ConsentLine, refused, staging):
        yield (
            line.event_id,
            ConsentEvent(
                line.account_id, line.state, as_utc(line.effective_at), as_utc(line.recorded_at)
            ),
        )


def as_utc(instant: datetime) -> datetime:
    """A clock without a zone is taken as UTC, as the source contract says."""
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
