"""A row about a group has at least the listed number of accounts behind it.

Where the domain lists null, a row may tell nothing instead: neither how many nor anything else.
"""

from expectations.mechanisms import ERROR_SUFFIX
from expectations.second_opinion import on_column

WHY = "A cell with few accounts is about people who can be named."
REMEDY = "drop or merge the cells below the minimum in the export model"
NAME = "minimum_accounts"


def check(candidate):
    minimum = candidate.export.minimum_accounts
    if minimum is None:
        return []
    sql = candidate.export.columns[minimum.column].sql
    unsaid = f"{sql} is null and not ({_says_nothing(candidate.export)})"
    count = candidate.count(f"{sql} < {minimum.at_least} or ({unsaid})")
    return [candidate.refusal(NAME, REMEDY, minimum.column, count)] if count else []


def expect(candidate):
    minimum = candidate.export.minimum_accounts
    if minimum is None:
        return []
    least = {"min_value": minimum.at_least}
    return [on_column(NAME, minimum.column, "ExpectColumnValuesToBeBetween", **least)]


def _says_nothing(export) -> str:
    if not export.columns[export.minimum_accounts.column].domain.nullable:
        return "false"
    told = (
        column.sql
        for name, column in export.columns.items()
        if name not in (*export.keys, export.partition) and not name.endswith(ERROR_SUFFIX)
    )
    return " and ".join(f"{sql} is null" for sql in told)
