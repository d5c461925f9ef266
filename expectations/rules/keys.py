"""The declared grain holds: no null in a key, no two rows with the same key."""

from expectations.second_opinion import Expectation, on_column

WHY = "Two rows under one key carry twice the bits that the budget counted for it."
REMEDY = "group the export model to its declared grain"
NAME = "keys"


def check(candidate):
    columns = [candidate.export.columns[name] for name in candidate.export.keys]
    refusals = []
    for column in columns:
        if count := candidate.count(f"{column.sql} is null"):
            refusals.append(candidate.refusal(NAME, REMEDY, column.name, count))
    key = ", ".join(column.sql for column in columns)
    if columns and (count := candidate.value(_REPEATED.format(key=key))):
        refusals.append(candidate.refusal(NAME, REMEDY, count=count))
    return refusals


_REPEATED = "select count(*) - count(distinct ({key})) from candidate"


def expect(candidate):
    keys = list(candidate.export.keys)
    if len(keys) == 1:
        return [on_column(NAME, keys[0], "ExpectColumnValuesToBeUnique")]
    if keys:
        whole = {"column_list": keys}
        return [Expectation(NAME, None, "ExpectCompoundColumnsToBeUnique", whole)]
    return []
