"""The least and greatest values that a footer states are values of their column's domain."""

import datetime
import re

from expectations.domains import HASH_PATTERN, Bool, Date, Enum, Integer, KeyedHash, Ratio

WHY = "A footer repeats values word for word, and may state one that no row has."
REMEDY = "mend the values first, then write the file anew with DuckDB's COPY"
NAME = "statistics"
_HASH = re.compile(HASH_PATTERN, re.ASCII)


def check(candidate):
    refusals = []
    for name, column in candidate.export.columns.items():
        wrong = sum(not _is_in_domain(value, column.domain) for value in _stated(candidate, name))
        if wrong:
            refusals.append(candidate.refusal(NAME, REMEDY, name, wrong))
    return refusals


def _stated(candidate, name):
    """Every minimum and maximum of the column, a pair a row group."""
    for footer in candidate.footers:
        index = footer.schema.names.index(name)
        for group in range(footer.num_row_groups):
            statistics = footer.metadata.row_group(group).column(index).statistics
            if statistics is not None and statistics.has_min_max:
                yield from (statistics.min, statistics.max)


def _is_in_domain(value, domain):
    match domain:
        case Bool():
            return isinstance(value, bool)
        case Integer():
            return domain.minimum <= value <= domain.maximum
        case Ratio():
            return 0 <= value <= 1
        case Enum():
            return value in domain.values
        case Date():
            return isinstance(value, datetime.date)
        case KeyedHash():
            return bool(_HASH.fullmatch(value))
