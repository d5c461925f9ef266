"""What needs a privacy mechanism carries the record of one, of exactly these files."""

WHY = "Accounts that did not opt in may be counted with noise, never exported as they are."
REMEDY = "release through the mechanism that the allowlist names; until then it stays a candidate"
NAME = "mechanism"


def check(candidate):
    mechanism = candidate.export.mechanism
    if not mechanism.needs_record:
        return []
    is_verified = candidate.record is not None and _is_verified(candidate, mechanism)
    return [] if is_verified else [candidate.refusal(NAME, REMEDY)]


def _is_verified(candidate, mechanism):
    record = candidate.record
    epsilon = record.get("epsilon")
    return (
        record.get("mechanism") == mechanism.name
        and type(epsilon) in (int, float)
        and 0 < epsilon <= mechanism.epsilon
        and record.get("files") == candidate.digests()
    )
