"""Tumbling windows: each is released once, after it closed and settled, and none overlaps another.

Overlapping releases of what is almost the same data would let anybody subtract one from the other:
who came, went or revoked in between stands in the difference.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from flows.policy.windows import is_date_in_window

_MONDAY = date(1970, 1, 5)


class Window(NamedTuple):
    first: date
    last: date

    def overlaps(self, other: "Window") -> bool:
        return self.first <= other.last and other.first <= self.last


def window_of(day: date, days: int) -> Window:
    """The window of so many days that `day` belongs to; windows of 7 days begin on Mondays."""
    first = day - timedelta(days=(day - _MONDAY).days % days)
    return Window(first, first + timedelta(days=days - 1))


def released_from(window: Window, settle_days: int) -> date:
    """The first day on which the window may be released."""
    return window.last + timedelta(days=settle_days + 1)


def closed_windows(today: date, days: int, settle_days: int) -> list[Window]:
    """Every window that may be released today and of which every day is still kept; oldest first.

    Which they are depends on the clock alone: a window without sessions is released like any.
    """
    window = window_of(today, days)
    found = []
    while is_date_in_window(window.first, today):
        if released_from(window, settle_days) <= today:
            found.append(window)
        window = window_of(window.first - timedelta(days=1), days)
    return found[::-1]


def next_window(today: date, days: int, settle_days: int) -> Window:
    """The window that closes next."""
    window = window_of(today, days)
    while released_from(before := _before(window, days), settle_days) > today:
        window = before
    return window


def is_new(window: Window, released: Iterable[Window]) -> bool:
    """Whether no day of it was released before, under this policy or another."""
    return not any(window.overlaps(other) for other in released)


def _before(window: Window, days: int) -> Window:
    return window_of(window.first - timedelta(days=1), days)
