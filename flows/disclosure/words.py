"""Names, domains and figures as people say them."""

import math
from collections.abc import Mapping, Sequence

from flows.policy.wording import counted

_FEW = 8
_WHOLE = 100

TIERS = {
    "opt_in": "you agreed",
    "default_tier": "you did not agree",
    "feedback": "you sent a bug report",
}

FATES = {
    "rewritten": "the rows about you are taken out; a list says which, for those who have a copy",
    "withdrawn": "it is taken back as a whole",
    "expires": "it stays until its period is over: the noise hides whether you are in it",
}

_LASTING = {
    "source/control": (
        "the product's register of who agreed, and of experiments",
        "it says what you decided; the product keeps it, this program only reads it",
    ),
    "landing/consent": ("a copy of that register, under codes", "made anew every day"),
    "landing/assignments": ("which variant of the agent you have, under a code", "made anew too"),
    "state/purge": ("receipts of deletion", "to prove it: counts and dates, nothing about you"),
    "state/ledger": (
        "how much was published with noise",
        "so that the limits hold over time: figures, nothing about you",
    ),
    "state/tombstones": (
        "a code for an account that was erased",
        "so that nothing of it comes back while the product may still send it",
    ),
    "state/contribution_months": (
        "how many sessions you contributed, by month, under a code",
        "so that you can be told and thanked; it goes when you are erased",
    ),
}


def in_words(name: str) -> str:
    """`is_tool_rejected` → tool rejected; `tool_edit_bucket` → tool edit."""
    plain = name.removeprefix("raw__").removeprefix("is_").removeprefix("has_")
    return plain.removesuffix("_bucket").removesuffix("_ratio").replace("_", " ").strip()


def says(domain: Mapping) -> str:
    """A column's domain, as `Column.described` states it."""
    told = _says(domain)
    return listed([*told, "not known"] if domain.get("nullable") else told, "or")


def listed(words: Sequence[str], last: str = "and") -> str:
    """one · one and two · one, two and three"""
    words = [str(word) for word in words]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def lasting(kinds: Sequence[str]) -> list[tuple[str, str]]:
    """What stays longer than the window, and why; a kind that has no words here shows its name."""
    return [_LASTING.get(kind, (kind, "see the rules of retention")) for kind in kinds]


def days(count: int) -> str:
    return counted(count, "day")


def bound(value: float) -> str:
    """The most that something may be: rounded up, to a tenth below a hundred."""
    steps = 10 if value < _WHOLE else 1
    return f"{math.ceil(round(value * steps, 6)) / steps:,.1f}".removesuffix(".0")


def _says(domain: Mapping) -> list[str]:
    match domain["domain"]:
        case "bool":
            return ["yes", "no"]
        case "enum":
            return _words(domain["values"])
        case "ratio":
            return [f"0 to 1 in steps of {domain['step']:g}"]
        case "integer":
            step = domain.get("step", 1)
            steps = "" if step == 1 else f" in steps of {step:,}"
            return [f"a number from {domain['minimum']:,} to {domain['maximum']:,}{steps}"]
        case "date":
            return ["a day"]
    return ["a code that only the secret key could link to you"]


def _words(values: Sequence[str]) -> list[str]:
    if len(values) > _FEW:
        return [f"one of {len(values)} words"]
    return [value.replace("_", " ") if value[:1].isalpha() else value for value in values]
