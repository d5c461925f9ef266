"""A row about a group has at least the listed number of accounts behind it."""

from expectations.second_opinion import on_column

WHY = "A cell with few accounts is about people who can be named."
REMEDY = "drop or merge the cells below the minimum in the export model"
NAME = "minimum_accounts"


def check(candidate):
    minimum = candidate.export.minimum_accounts
    if minimum is None:
        return []
    sql = candidate.export.columns[minimum.column].sql
    count = candidate.count(f"{sql} is null or {sql} < {minimum.at_least}")
    return [candidate.refusal(NAME, REMEDY, minimum.column, count)] if count else []


def expect(candidate):
    minimum = candidate.export.minimum_accounts
    if minimum is None:
        return []
    least = {"min_value": minimum.at_least}
    return [on_column(NAME, minimum.column, "ExpectColumnValuesToBeBetween", **least)]
