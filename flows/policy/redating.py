"""Moving old sessions into the last days, whole: every instant of a file by the same days."""

import re
from datetime import date, datetime, timedelta

from flows.policy.windows import RETENTION_DAYS

SPREAD_DAYS = 7

# A key of the record itself: inside a JSON string the quotes would be escaped.
_TIMESTAMP = re.compile(
    rb'"(?:timestamp|effective_at|recorded_at|assigned_at|checked_at)"\s*:\s*"(\d{4}-\d\d-\d\d)T'
)


def dates_of(line: bytes) -> list[date]:
    """The days of the line's own timestamps; days that no calendar has are left out."""
    return [day for found in _TIMESTAMP.finditer(line) if (day := _date(found.group(1)))]


def shift_for(first: date, last: date, today: date) -> timedelta:
    """Whole days by which a session of `first` … `last` moves so that it ends by `today`.

    Sessions keep their weekday order over SPREAD_DAYS; one that is in the window's last days
    already does not move.
    """
    age = (today - first).days
    if 0 <= age < SPREAD_DAYS and last <= today:
        return timedelta(0)
    length = min((last - first).days, RETENTION_DAYS - 1)
    return timedelta(days=age - max(age % SPREAD_DAYS, length))


def shifted(line: bytes, shift: timedelta) -> bytes:
    """The line with its timestamps moved; everything else byte for byte."""
    if not shift:
        return line
    return _TIMESTAMP.sub(lambda found: _moved(found, shift), line)


def _moved(found: re.Match[bytes], shift: timedelta) -> bytes:
    day = _date(found.group(1))
    if day is None:
        return found.group()
    moved = (day + shift).isoformat().encode()
    start, end = found.start(1) - found.start(), found.end(1) - found.start()
    return found.group()[:start] + moved + found.group()[end:]


def _date(text: bytes) -> date | None:
    try:
        return datetime.strptime(text.decode(), "%Y-%m-%d").date()
    except ValueError:
        return None
