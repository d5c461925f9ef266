"""Rules: patterns over the letters of word classes; each is two features: anywhere, and in the
prompt's opening."""

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from flows.bits.lexicon import Lexicon, load_lexicon

_CLASS = re.compile(r"<([A-Z_|]+)>(\?)?")
_GAP = re.compile(r"~(\d)")
# Inside a sentence: anything but its end.
_WORD = r"[^|?\x21]"
_OPENING = 14


class Rule(NamedTuple):
    """`needs`: of each of these sets of letters one must be there for the pattern to hit."""

    bit: str
    pattern: re.Pattern
    needs: tuple[frozenset[str], ...]


@cache
def load_rules() -> tuple[Rule, ...]:
    """The rules shipped with the package, in the file's order: it is part of the weights."""
    text = files("flows.bits").joinpath("rules.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    pairs = (line.partition(": ") for line in lines)
    return tuple(compile_rule(bit, body, load_lexicon()) for bit, _, body in pairs)


def count_rules() -> int:
    """The number of features that rules make."""
    return 2 * len(load_rules())


def hits(classes: str) -> list[int]:
    """The features of the rules that hit a text of word classes."""
    found, present = [], set(classes)
    count, by_letter = _by_letter()
    opening = classes[:_OPENING]
    # A rule stands under the letters of its first need: most are never looked at.
    for letter in present & by_letter.keys():
        for ordinal, search, needs in by_letter[letter]:
            for need in needs:
                if present.isdisjoint(need):
                    break
            else:
                if search(classes):
                    found.append(ordinal)
                    if search(opening):
                        found.append(count + ordinal)
    return found


@cache
def _by_letter() -> tuple[int, dict[str, list[tuple]]]:
    found: dict[str, list[tuple]] = {}
    for ordinal, rule in enumerate(load_rules()):
        for letter in rule.needs[0]:
            found.setdefault(letter, []).append((ordinal, rule.pattern.search, rule.needs[1:]))
    return len(load_rules()), found


def compile_rule(bit: str, body: str, lexicon: Lexicon) -> Rule:
    """One line of rules.txt. Raises KeyError on an unknown class."""
    needs: list[frozenset[str]] = []

    def letters(found: re.Match) -> str:
        group = frozenset(lexicon.letters[name] for name in found[1].split("|"))
        inside = body.rfind("(", 0, found.start()) > body.rfind(")", 0, found.start())
        if not found[2] and not inside:
            needs.append(group)
        return "[" + "".join(sorted(group)) + "]" + (found[2] or "")

    pattern = _GAP.sub(lambda gap: f"{_WORD}{{0,{gap[1]}}}", _CLASS.sub(letters, body))
    return Rule(bit, re.compile(pattern.replace(" ", "")), tuple(needs))
