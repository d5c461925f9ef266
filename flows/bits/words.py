"""Text → words: lower case, contractions in full, names and numbers as placeholders.

Scripts without spaces are cut by the longest lexicon entry, else into single characters.
"""

import re
import unicodedata
from collections.abc import Callable

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "…": "..."})
_IS = "that it what there here where who how he she this"
_FULL = {
    "cannot": "can not",
    "cant": "can not",
    "wont": "will not",
    "aint": "is not",
    "dunno": "do not know",
    "gonna": "going to",
    "wanna": "want to",
    "gotta": "have to",
    "lemme": "let me",
    "thx": "thanks",
    "im": "i am",
    "ive": "i have",
    "youre": "you are",
    "youve": "you have",
    "theyre": "they are",
    "lets": "let us",
    "w/o": "without",
    "shoudl": "should",
    "teh": "the",
    "adn": "and",
    "taht": "that",
    "becuase": "because",
    "cuz": "because",
    "idk": "i do not know",
    "tho": "though",
    "wrogn": "wrong",
    "worng": "wrong",
    "agian": "again",
    "agin": "again",
    "stil": "still",
    "stll": "still",
    "fogot": "forgot",
    "forgott": "forgot",
    "perfekt": "perfect",
    "thnks": "thanks",
    "pefect": "perfect",
    "awsome": "awesome",
    "rember": "remember",
    "remeber": "remember",
    "remmeber": "remember",
    "alwyas": "always",
    "alway": "always",
    "nver": "never",
    "compliacted": "complicated",
    "unnecesary": "unnecessary",
    "uneccessary": "unnecessary",
    "unecessary": "unnecessary",
    "redundent": "redundant",
    "acutally": "actually",
    "actualy": "actually",
    "insted": "instead",
    "isntead": "instead",
    "dosnt": "does not",
    "doesent": "does not",
    "doenst": "does not",
    "dosent": "does not",
    "wroks": "works",
    "wokring": "working",
    "workign": "working",
    "erorr": "error",
    "eror": "error",
    "delte": "delete",
    "revet": "revert",
}
_FULL |= {f"{verb}nt": f"{verb} not" for verb in (
    "do", "does", "did", "is", "are", "was", "were", "has", "have", "had",
    "should", "would", "could", "must", "need",
)}  # fmt: skip
_FULL |= {f"{word}s": f"{word} is" for word in ("that", "what", "there", "here", "where", "how")}
_FULL = {short: tuple(full.split()) for short, full in _FULL.items()}

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(
    # A plain word before a plain end is by far the most common; the rest would find it too, slowly.
    r"[a-z]+(?=[ ,\n]|\Z)"
    r"|https?://\S+|www\.\S+"
    r"|[@~.]?/?(?:[\w.-]+/)+[\w.*-]*|[\w-]+\.(?!md\b)[a-z]{1,4}\b(?!\w)"
    r"|:-?[)(/d]|<3|;\)|\\o/"
    rf"|[{_CJK}]+"
    rf"|[^\W\d_{_CJK}][^\W_{_CJK}]*(?:[-'][^\W_{_CJK}]+)*(?:\.md\b)?|--[a-z]+"
    r"|\d+|[?!]+|\.+|[,;:]|\n+|[\u2190-\u2bff\u2700-\u27bf\u2764\U0001f300-\U0001faff]"
    r"|[。、！？，；：]"
)
_STOPS = {
    "。": ".",
    "！": "!",
    "？": "?",
    "，": ",",
    "、": ",",
    "；": ",",
    "：": ",",
    ";": ",",
    ":": ",",
}
_IS_CJK = re.compile(rf"[{_CJK}]")
_LONG_RUN = re.compile(r"(\w)\1{2,}")


def split_words(text: str, cut_run: Callable[[str], list[str]] = list) -> list[str]:
    """The words of `text`. `cut_run` cuts a run of a script without spaces.

    Placeholders: `<url>`, `<path>`, `<num>`; sentence ends are `.`, `?`, `!`; a line break is `.`
    """
    text = _normalise(text).lower()
    words: list[str] = []
    for found in _WORD.findall(text):
        known = _SEEN.get(found)
        if known is None:
            known = _read(found, cut_run)
            # The store is bounded: words that people invent are without end.
            if len(found) < 20 and len(_SEEN) < 50_000:
                _SEEN[found] = known
        words += known
    return words


_SEEN: dict[str, tuple[str, ...]] = {}


def _normalise(text: str) -> str:
    if text.isascii():
        return text.replace("`", "'")
    return unicodedata.normalize("NFKC", text.translate(_QUOTES))


def _read(found: str, cut_run: Callable) -> tuple[str, ...]:
    first = found[0]
    if _IS_CJK.match(first):
        return tuple(cut_run(found))
    if first.isdecimal():
        return ("<num>",)
    if first.isalpha() and "/" not in found and ("." not in found or found.endswith(".md")):
        return _read_word(found)
    if found.startswith(("http", "www")):
        return ("<url>",)
    if first == "\n":
        return (".",)
    if first in ".?!":
        return _read_marks(found)
    if first in _STOPS:
        return (_STOPS[first],) if found in _STOPS else (found,)
    if "/" in found and len(found) > 2 and found != "\\o/" and not found.startswith(":"):
        return ("<path>",)
    return (found,) if not found[0].isalnum() else ("<path>",)


def _read_marks(marks: str) -> tuple[str, ...]:
    if "/" in marks or any(character.isalnum() for character in marks):
        return ("<path>",)
    if "?" in marks:
        return ("?", "!") if "!" in marks else (("?",) if len(marks) == 1 else ("?", "??"))
    if "!" in marks:
        return ("!",) if len(marks) == 1 else ("!", "!!")
    return (".",) if len(marks) == 1 else ("...",)


def _read_word(word: str) -> tuple[str, ...]:
    if "'" in word:
        stem, tail = word.rsplit("'", 1)
        if tail == "s":
            return (stem, "is") if stem in _IS.split() else (stem,)
        if tail in ("re", "ve", "ll", "d", "m"):
            return (stem,)
        word = word.replace("'", "")
    if word in _FULL:
        return _FULL[word]
    return (word,) if not _LONG_RUN.search(word) else _FULL.get(short := _shorten(word), (short,))


def _shorten(word: str) -> str:
    """nooooo → no, yesss → yes; pleeease → please where the one-letter form is rarer."""
    once = _LONG_RUN.sub(r"\1", word)
    return once
