"""Rows stand in the order of their key; without a key, in the order of all their columns.

Under randomised response they stand in the permutation that a recorded seed makes of that order:
row i of it comes in the order of SHA-256 of `<seed>-<i>`.
"""

WHY = "The order of n rows can carry log2(n!) bits that no domain counts, such as who came first."
REMEDY = "end the export model with `order by` its key, all columns where it has none"
NAME = "row_order"

_UNORDERED = """
select count(*) from (
    select ({key}) < lag({key}) over (order by file_number, file_row_number) as is_before
    from candidate
) where is_before
"""


_UNPERMUTED = """
with
numbered as (
    select row({columns}) as content, row_number() over (order by row({columns})) as number,
        row_number() over (order by file_number, file_row_number) as place
    from candidate
),
permuted as (
    select content, row_number() over (order by sha256('{seed}-' || number)) as place
    from numbered
)
select count(*) from numbered join permuted using (place)
where numbered.content is distinct from permuted.content
"""


def check(candidate):
    count = candidate.value(_misplaced(candidate))
    return [candidate.refusal(NAME, REMEDY, count=count)] if count else []


def _misplaced(candidate) -> str:
    names = candidate.export.keys or tuple(candidate.export.columns)
    columns = ", ".join(candidate.export.columns[name].sql for name in names)
    if candidate.export.mechanism.name == "randomized_response" and candidate.record is not None:
        seed = str(candidate.record.get("permutation_seed")).replace("'", "''")
        return _UNPERMUTED.format(columns=columns, seed=seed)
    return _UNORDERED.format(key=f"row({columns})")
