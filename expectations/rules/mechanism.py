"""What needs a privacy mechanism carries the record of one, of exactly these files."""

from expectations.mechanism_records import is_verified

WHY = "Accounts that did not opt in may be counted with noise, never exported as they are."
REMEDY = "release through the mechanism that the allowlist names; until then it stays a candidate"
NAME = "mechanism"


def check(candidate):
    if not candidate.export.mechanism.needs_record or is_verified(candidate):
        return []
    return [candidate.refusal(NAME, REMEDY)]
