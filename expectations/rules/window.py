"""Every date is the folder's own day, or at least a day that may still exist."""

from datetime import timedelta

from expectations.domains import WINDOW_DAYS, Date
from expectations.second_opinion import on_column

WHY = "Nothing older than 30 days may leave, and a row in another day's folder outlives its day."
REMEDY = "filter the export model on the window, and write each session_date to its own folder"
NAME = "window"


def check(candidate):
    oldest = candidate.today - timedelta(days=WINDOW_DAYS - 1)
    if candidate.day is None or not oldest <= candidate.day <= candidate.today:
        return [candidate.refusal(NAME, REMEDY, candidate.export.partition)]
    refusals = []
    for name, column in _dates(candidate):
        count = candidate.count(_outside(candidate, name, column.sql, oldest))
        if count:
            refusals.append(candidate.refusal(NAME, REMEDY, name, count))
    return refusals


def expect(candidate):
    partition = candidate.export.partition
    return [on_column(NAME, partition, "ExpectColumnValuesToBeInSet", value_set=[candidate.day])]


def _outside(candidate, name, sql, oldest):
    if name == candidate.export.partition:
        return f"{sql} is distinct from date '{candidate.day}'"
    return f"{sql} not between date '{oldest}' and date '{candidate.today}'"


def _dates(candidate):
    columns = candidate.export.columns.items()
    return [(name, column) for name, column in columns if isinstance(column.domain, Date)]
