"""A column that differs in (almost) every row is a key, and has to be declared as one.

How many rows it takes to tell follows from the birthday problem: n values drawn evenly from d
repeat about n²/2d times. Rows are judged from n = √(40 d) on, where 20 repeats are expected; at
most 2 then happen by chance once in two million columns, less often for uneven values.
"""

import math

WHY = "A value that only one row has points to a session or a person as well as a name does."
REMEDY = "bucket the column more coarsely, or declare it a key and have that reviewed"
NAME = "unique_values"
_LEAST_ROWS = 20
_REPEATS_EXPECTED = 20
_REPEATS_BY_CHANCE = 2


def check(candidate):
    export = candidate.export
    refusals = []
    for name, column in export.columns.items():
        if name in (*export.keys, export.partition):
            continue
        sql = f"select count({column.sql}), count(distinct {column.sql}) from candidate"
        rows, distinct = candidate.row(sql)
        enough = rows >= least_rows(column.domain.size())
        if enough and rows - distinct <= _REPEATS_BY_CHANCE:
            refusals.append(candidate.refusal(NAME, REMEDY, name, rows))
    return refusals


def least_rows(values: int) -> int:
    """From how many rows on a column of so many possible values is judged."""
    return max(_LEAST_ROWS, math.isqrt(2 * _REPEATS_EXPECTED * values))
