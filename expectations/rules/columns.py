"""The files hold exactly the listed columns, in the listed order."""

from expectations.second_opinion import Expectation

WHY = "A column that nobody listed is a way out that nobody looked at; order can carry bits too."
REMEDY = "make the export model and the allowlist list the same columns in the same order"
NAME = "columns"


def check(candidate):
    expected = list(candidate.export.columns)
    if not candidate.files:
        return [candidate.refusal(NAME, REMEDY, count=0)]
    refusals = []
    for footer in candidate.footers:
        found = list(footer.schema_arrow.names)
        refusals += _unlisted(candidate, found, expected)
        refusals += [
            candidate.refusal(NAME, REMEDY, column) for column in expected if column not in found
        ]
        if not refusals and found != expected:
            refusals.append(candidate.refusal(NAME, REMEDY, count=len(found)))
    return list(dict.fromkeys(refusals))


def expect(candidate):
    listed = list(candidate.export.columns)
    arguments = {"column_list": listed}
    return [Expectation(NAME, None, "ExpectTableColumnsToMatchOrderedList", arguments)]


def _unlisted(candidate, found, expected):
    """By position: a pivot makes column names out of values."""
    return [
        candidate.refusal(NAME, REMEDY, f"#{position}")
        for position, column in enumerate(found, start=1)
        if column not in expected
    ]
