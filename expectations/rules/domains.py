"""Every value stands in its column's domain, byte for byte; null only where it is listed."""

from expectations.domains import HASH_PATTERN, Bool, Enum, Integer, KeyedHash, Ratio
from expectations.second_opinion import on_column

WHY = "The domain bounds what a column can say; one value outside it and the bits are not counted."
REMEDY = "bucket, clamp, round or map to `other` in the signal's model; do not widen the domain"
NAME = "domains"
_LISTABLE = 2000


def check(candidate):
    refusals = []
    for name, column in candidate.export.columns.items():
        bad = f"{column.sql} is not null and {column.domain.bad(column.sql)}"
        if not column.domain.nullable:
            bad = f"{column.sql} is null or ({bad})"
        if count := candidate.count(bad):
            refusals.append(candidate.refusal(NAME, REMEDY, name, count))
    return refusals


def expect(candidate):
    expected = []
    for name, column in candidate.export.columns.items():
        expected += _values(name, column.domain)
        if not column.domain.nullable:
            expected.append(on_column(NAME, name, "ExpectColumnValuesToNotBeNull"))
    return expected


def _values(name, domain):
    match domain:
        case Bool():
            return [_in_set(name, [True, False])]
        case Enum():
            return [_in_set(name, list(domain.values))]
        case Ratio() if domain.size() <= _LISTABLE:
            return [_in_set(name, [step / domain.steps for step in range(domain.size())])]
        case Integer() if domain.step > 1 and domain.size() <= _LISTABLE:
            steps = range(domain.minimum, domain.maximum, domain.step)
            return [_in_set(name, [*steps, domain.maximum])]
        case Integer():
            return [_between(name, domain.minimum, domain.maximum)]
        case Ratio():
            return [_between(name, 0.0, 1.0)]
        case KeyedHash():
            whole = rf"\A{HASH_PATTERN}\Z"
            return [on_column(NAME, name, "ExpectColumnValuesToMatchRegex", regex=whole)]
    return []


def _in_set(name, values):
    return on_column(NAME, name, "ExpectColumnValuesToBeInSet", value_set=values)


def _between(name, least, most):
    return on_column(NAME, name, "ExpectColumnValuesToBeBetween", min_value=least, max_value=most)
