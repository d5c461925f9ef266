"""A candidate belongs to one tier: the one of its folder, its allowlist and its record."""

WHY = "A row under another tier's name leaves under rules that its account never agreed to."
REMEDY = "build this tier with its own target; never move a candidate between tiers' folders"
NAME = "single_tier"


def check(candidate):
    places = [candidate.folder.parent.parent.name]
    if candidate.record is not None:
        places.append(candidate.record.get("tier"))
    wrong = sum(place != candidate.tier for place in places)
    return [candidate.refusal(NAME, REMEDY, count=wrong)] if wrong else []
