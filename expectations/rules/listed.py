"""Only an export that the tier's allowlist names may leave."""

WHY = "What is not listed has no owner who said that it may leave, and no domains to hold it to."
REMEDY = "ask the owner of the allowlist for an entry, or take the model out of models/exports"
NAME = "listed"


def check(candidate):
    return [] if candidate.export else [candidate.refusal(NAME, REMEDY)]
