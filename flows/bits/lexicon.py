"""The lexicon: words and phrases of feedback as classes. A text becomes a string of one letter a
word, on which rules are short patterns (rules.py) and n-grams generalise over wordings."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import repeat

from flows.bits.words import split_words

BLANK = "."
_MARKS = {"?": "?", "??": "?", "!": "!", "!!": "!", ".": "|", "...": "|", ",": ","}
_FIRST_LETTER = 0x100
_KNOWN_WORDS = 50_000

_NONE: dict = {}


class Lexicon:
    """`letters`: class name → its letter. `entries`: (class name, word | phrase | stem*)."""

    def __init__(self, entries: list[tuple[str, str]]) -> None:
        names = dict.fromkeys(name for name, _ in entries)
        self.letters = {name: chr(_FIRST_LETTER + ordinal) for ordinal, name in enumerate(names)}
        runs = sorted((entry for _, entry in entries if entry[0] > "\u3000"), key=len, reverse=True)
        self._run = re.compile("|".join([*map(re.escape, runs), "."]))
        self._stems = [
            (entry[:-1], self.letters[name]) for name, entry in entries if entry.endswith("*")
        ]
        self._known: dict[str, str | None] = {}
        self._singles = dict(_MARKS)
        # By first and second word; of two phrases the longer one comes first.
        self._phrases: dict[str, dict[str, list[tuple[tuple[str, ...], str]]]] = {}
        written = [(tuple(self.words(entry)), name) for name, entry in entries if entry[-1] != "*"]
        for words, name in sorted(written, key=lambda found: -len(found[0])):
            self._add(words, self.letters[name])

    def words(self, text: str) -> list[str]:
        """A run of Chinese, Japanese or Korean is cut into entries, else single characters."""
        return split_words(text, self._run.findall)

    def classes(self, words: list[str]) -> str:
        """One letter a word; a phrase's letter stands on its first word, its other words are cut
        out. Words of no class are blanks."""
        letters = list(map(self._known.get, words, repeat("")))
        if "" in letters:
            letters = [self._letter(word) for word in words]
        if None not in letters:
            return "".join(letters)
        found, position, count = [], 0, len(words)
        while position < count:
            letter, size = letters[position], 1
            if letter is None:
                letter, size = self._phrase(words, position)
            found.append(letter)
            position += size
        return "".join(found)

    def _letter(self, word: str) -> str | None:
        """The word's letter where it decides alone; None where it may begin a phrase."""
        try:
            return self._known[word]
        except KeyError:
            letter = self._find(word)
            # Bounded: words that people invent are without end.
            if len(self._known) < _KNOWN_WORDS:
                self._known[word] = letter
            return letter

    def _find(self, word: str) -> str | None:
        if word in self._phrases:
            return None
        if word in self._singles:
            return self._singles[word]
        return next((letter for stem, letter in self._stems if word.startswith(stem)), BLANK)

    def _phrase(self, words: list[str], position: int) -> tuple[str, int]:
        first, second = words[position : position + 2] if position + 1 < len(words) else ("", "")
        for phrase, letter in self._phrases.get(first, _NONE).get(second, ()):
            if tuple(words[position : position + len(phrase)]) == phrase:
                return letter, len(phrase)
        return self._singles.get(words[position], BLANK), 1

    def _add(self, words: tuple[str, ...], letter: str) -> None:
        if len(words) == 1:
            self._singles.setdefault(words[0], letter)
        else:
            seconds = self._phrases.setdefault(words[0], {})
            seconds.setdefault(words[1], []).append((words, letter))


@cache
def load_lexicon() -> Lexicon:
    """The lexicon that is shipped with the package."""
    return Lexicon(list(_entries(files("flows.bits").joinpath("lexicon.txt").read_text("utf-8"))))


def _entries(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, entries = line.partition(":")
            for entry in entries.split(" | "):
                yield name, entry.strip()
