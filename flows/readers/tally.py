"""What became of every line of a transcript. No line is lost silently: read = landed + not an
event + refused, and `check` proves it."""

from collections import Counter

from flows.policy.errors import WinnowError

REFUSAL_REASONS = (
    "bad_json",
    "bad_schema",
    "bad_timestamp",
    "bad_utf8",
    "no_session",
    "not_an_object",
    "too_deep",
    "too_long",
    "truncated_line",
    "unknown_format",
    "unknown_record_type",
)

MAX_PLACES = 100


class Refused(Exception):
    """A line that cannot land; `reason` is one of REFUSAL_REASONS. Carries nothing of the line."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Tally:
    """Counts of lines, exact; `refusals` holds the first MAX_PLACES (reason, byte offset) pairs.

    Offsets count the decoded bytes of the object (after gzip or zstd), from 0.
    """

    def __init__(self) -> None:
        self.lines_read = 0
        self.lines_landed = 0
        self.lines_not_event = 0
        self.refused: Counter[str] = Counter()
        self.refusals: list[tuple[str, int]] = []

    def refuse(self, reason: str, byte_offset: int) -> None:
        self.refused[reason] += 1
        if len(self.refusals) < MAX_PLACES:
            self.refusals.append((reason, byte_offset))

    def settle(self, lines: int) -> None:
        """Lines that were counted as landed turn out to be no event."""
        self.lines_landed -= lines
        self.lines_not_event += lines

    @property
    def lines_refused(self) -> int:
        return self.refused.total()

    def check(self) -> None:
        """Raises WinnowError unless every line that was read is accounted for."""
        if self.lines_read != self.lines_landed + self.lines_not_event + self.lines_refused:
            raise WinnowError(
                "reader: lines read are not the sum of landed, not an event and refused",
                remedy="this is a defect of the reader: report it with the counts of the run",
            )
