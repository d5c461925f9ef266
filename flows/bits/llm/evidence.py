"""Whether a quote is evidence: a person's own words of that turn that steer no reader."""

import re
import unicodedata
from collections.abc import Iterator

from flows.bits.llm.request import CUT
from flows.bits.names import SESSION_BITS
from flows.bits.own_words import own_words

_MARKS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "…": "..."})
_SPACE = re.compile(r"\s+")
_SHORTEST = 2

Span = tuple[int, int]

_SUBJECT = "|".join([r"\w*satisf\w*", "happy", *(bit for bit in SESSION_BITS if "_" in bit)])
_STEERING = re.compile(
    r"\b(?:mark|label|classify|rate|score|tag|record|report|set|treat|count|judge|flag|consider"
    rf"|return|output|answer|respond|say|put)\b.{{0,80}}?\b(?:{_SUBJECT})\b"
    rf"|\b(?:{_SUBJECT})\b[\"'` ]*[:=]\s*[\"'` ]*(?:true|false|yes|no|high|low|1|0)\b"
    r"|\b(?:ignore|disregard|forget|override|bypass) (?:all|any|the|your|my|this|these|those"
    r"|previous|prior|above|earlier|everything)\b.{0,40}?\b(?:instruction|prompt|rule|guideline"
    r"|schema|direction)s?\b"
    r"|</\s*(?:turns?|human|session|transcript|system|assistant|material|json|instructions?)\b"
    r"|<\s*(?:system|assistant|instructions?)\b"
    r"|\\u003c|[\"']findings[\"']|[\"']?task_accomplished[\"']?\s*:"
    r"|\b(?:classifier|annotator|grader|evaluator|llm judge|ai judge)\b.{0,60}?\b(?:must|should"
    r"|shall|please|note|you)\b",
    re.IGNORECASE | re.DOTALL,
)


_SENTENCE_END = re.compile(r"[.!?]+(?=\s|\Z)|[。！？]")


def flaw_of(quote: str, human: str) -> str | None:
    """Why the quote proves nothing about the turn `human`; None where it is evidence.

    `quote_not_found`: it does not occur, white space aside, in what the person wrote there; pasted
    logs, code and quoted output are nobody's own words. `quote_steers_reader`: it stands only in
    sentences that tell a reader what to report.
    """
    words = plain(own_words(human).text.replace(CUT, "\n\0\n"))
    places = list(_places(plain(quote), words))
    if not places:
        return "quote_not_found"
    steered = _steered_sentences(words)
    if all(_overlaps(place, steered) for place in places) or steers_reader(quote):
        return "quote_steers_reader"
    return None


def steers_reader(text: str) -> bool:
    """Whether the text tells a reader what to report ("mark me satisfied", made-up tags, pieces of
    an answer). A pattern: it knows the usual forms, not every wording."""
    return bool(_STEERING.search(plain(text)))


def plain(text: str) -> str:
    """NFC, one space for white space, straight quotation marks."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text).translate(_MARKS)).strip()


def _places(wanted: str, words: str) -> Iterator[Span]:
    """Where `wanted` stands in `words`, not as a piece of a longer word: "ok" is not in "token"."""
    if not _can_prove(wanted, words):
        return
    start = words.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if not (_is_inside_word(words, start) or _is_inside_word(words, end)):
            yield start, end
        start = words.find(wanted, start + 1)


def _can_prove(wanted: str, words: str) -> bool:
    """A mark alone, or one character of many, stands in nearly every text."""
    has_words = any(character.isalnum() or character > "\u2100" for character in wanted)
    return has_words and (len(wanted) >= _SHORTEST or wanted == words)


def _is_inside_word(words: str, place: int) -> bool:
    sides = words[place - 1 : place + 1] if place else ""
    return len(sides) == 2 and sides.isascii() and sides.isalnum()


def _steered_sentences(words: str) -> list[Span]:
    ends = [0, *(found.end() for found in _SENTENCE_END.finditer(words)), len(words)]
    return [
        (max(end for end in ends if end <= found.start()), min(e for e in ends if e >= found.end()))
        for found in _STEERING.finditer(words)
    ]


def _overlaps(place: Span, spans: list[Span]) -> bool:
    return any(place[0] < end and start < place[1] for start, end in spans)
