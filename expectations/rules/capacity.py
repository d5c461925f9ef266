"""All exports of a tier together say at most so many bits about one session."""

from expectations import capacity

WHY = "A prompt fits into enough small columns; the budget is what keeps their sum small."
REMEDY = "coarsen domains or drop columns, or have the owner of the allowlist raise the budget"
NAME = "capacity"


def check(candidate):
    bits = capacity.bits_per_session(candidate.allowlist)
    is_within = bits <= candidate.allowlist.max_bits_per_session
    return [] if is_within else [candidate.refusal(NAME, REMEDY)]
