"""Which days may exist. A day is kept while every instant in it is at most 30 × 24 h old at the
end of the purge's day: on day T the days T−29 … T are kept."""

from collections.abc import Iterator
from datetime import date, timedelta

from flows.policy.errors import WinnowError

RETENTION_DAYS = 30


def oldest_kept_date(today: date) -> date:
    return today - timedelta(days=RETENTION_DAYS - 1)


def is_date_in_window(day: date, today: date) -> bool:
    return oldest_kept_date(today) <= day <= today


def check_window_allowed(day: date, today: date) -> None:
    """Raises WinnowError (exit code 2) unless `day` is one of the kept days."""
    if not is_date_in_window(day, today):
        raise WinnowError(
            f"day {day} is outside the window {oldest_kept_date(today)} … {today}",
            remedy="name a day of the window: older ones are never read, later ones do not exist",
            exit_code=2,
        )


def window_dates(today: date) -> list[date]:
    """The kept days, oldest first."""
    return list(dates_between(oldest_kept_date(today), today))


def dates_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included; none when they are the wrong way round."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def clip_to_window(first: date, last: date, today: date) -> tuple[date, date] | None:
    """`first` … `last` cut to the kept days; None when nothing of it is kept."""
    start, end = max(first, oldest_kept_date(today)), min(last, today)
    return (start, end) if start <= end else None
