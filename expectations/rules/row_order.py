"""Rows stand in the order of their key; without a key, in the order of all their columns."""

WHY = "The order of n rows can carry log2(n!) bits that no domain counts, such as who came first."
REMEDY = "end the export model with `order by` its key, all columns where it has none"
NAME = "row_order"

_UNORDERED = """
select count(*) from (
    select ({key}) < lag({key}) over (order by file_number, file_row_number) as is_before
    from candidate
) where is_before
"""


def check(candidate):
    names = candidate.export.keys or tuple(candidate.export.columns)
    columns = ", ".join(candidate.export.columns[name].sql for name in names)
    key = f"row({columns})"
    count = candidate.value(_UNORDERED.format(key=key))
    return [candidate.refusal(NAME, REMEDY, count=count)] if count else []
