"""Prompts → sparse features: hashed words, characters and word classes, rules, session flags.

A row is a prompt. Every block has its own range of columns; a value is 1 ÷ √(the block's features
in the row), so that long prompts do not shout (flags have values of their own).
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np

from flows.bits.flags import FLAGS, flags_of
from flows.bits.hashing import mix, stable_hash
from flows.bits.lexicon import BLANK, load_lexicon
from flows.bits.own_words import own_words
from flows.bits.prompts import Prompt
from flows.bits.rules import count_rules, hits

BLOCKS = {
    "words": 1 << 15,
    "chars": 1 << 15,
    "classes": 1 << 13,
    "rules": count_rules(),
    "flags": len(FLAGS),
}
STARTS = dict(zip(BLOCKS, np.cumsum([0, *BLOCKS.values()]).tolist(), strict=False))
WIDTH = sum(BLOCKS.values())

_HEAD_WORDS, _TAIL_WORDS, _OPENING_WORDS = 160, 40, 6
_BEFORE_CHARACTERS = 300
_OPENING_CLASSES, _FAR, _NEAR = 8, 6, 8
_CHAR_GRAM, _LONGEST_WORD = 4, 24


class Sparse(NamedTuple):
    """Row r has `values[starts[r]:starts[r+1]]` in the `columns` of the same places."""

    columns: np.ndarray
    values: np.ndarray
    starts: np.ndarray


class _Reading(NamedTuple):
    words: list[int]
    chars: list[int]
    classes: str
    rules: list[int]
    flags: list[float]


def extract(prompts: Sequence[Prompt]) -> Sparse:
    """The features of the prompts, a row each; equal input gives equal bytes."""
    readings = [_read(prompt) for prompt in prompts]
    blocks = [
        _block("words", _words(_flat([reading.words for reading in readings]))),
        _block("chars", [_flat([reading.chars for reading in readings])]),
        _block("classes", _classes([reading.classes for reading in readings])),
        _block("rules", [_flat([reading.rules for reading in readings])]),
        _flags([reading.flags for reading in readings]),
    ]
    rows, columns, values = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    order = np.argsort(rows, kind="stable")
    starts = np.searchsorted(rows[order], np.arange(len(readings) + 1))
    return Sparse(columns[order], values[order], starts)


def _read(prompt: Prompt) -> _Reading:
    lexicon = load_lexicon()
    own = own_words(prompt.text)
    words = lexicon.words(own.text)
    count = len(words)
    if count > _HEAD_WORDS + _TAIL_WORDS:
        words = words[:_HEAD_WORDS] + words[-_TAIL_WORDS:]
    classes = lexicon.classes(words)
    before = lexicon.words(prompt.prev_user[:_BEFORE_CHARACTERS])
    return _Reading(
        words=list(map(_word_hash, words)),
        chars=list(chain.from_iterable(map(_char_grams, set(words)))),
        classes=classes,
        rules=hits(classes),
        flags=flags_of(prompt, own, words, count, before),
    )


@lru_cache(100_000)
def _word_hash(word: str) -> int:
    return stable_hash(word)


@lru_cache(50_000)
def _char_grams(word: str) -> tuple[int, ...]:
    if word[0] == "<":
        return ()
    edged = f" {word[:_LONGEST_WORD]} "
    last = max(len(edged) - _CHAR_GRAM, 0)
    return tuple(stable_hash(edged[start : start + _CHAR_GRAM]) for start in range(last + 1))


class _Flat(NamedTuple):
    """Lists of rows, laid end to end."""

    rows: np.ndarray
    values: np.ndarray
    places: np.ndarray


def _flat(lists: list) -> _Flat:
    sizes = np.fromiter(map(len, lists), np.int64, len(lists))
    rows = np.repeat(np.arange(len(lists)), sizes)
    values = np.fromiter(chain.from_iterable(lists), np.uint32, len(rows))
    places = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return _Flat(rows, values, places)


def _words(words: _Flat) -> Iterator[_Flat]:
    """Words, pairs of neighbours, and how the prompt opens."""
    yield _hashed(words, 0, 1)
    yield _pairs(words, 1, 2)
    yield _hashed(_where(words, words.places < _OPENING_WORDS), 0, 3)
    yield _hashed(_where(words, words.places == 0), 0, 4)
    yield _where(_pairs(words, 1, 5), _pairs(words, 1, 5).places == 0)


def _classes(texts: list[str]) -> Iterator[_Flat]:
    """Classes, in pairs and threes that stand near each other; where a prompt begins and ends."""
    letters = _flat([text.encode("utf-32-le") for text in texts])
    codes = letters.values.reshape(-1, 4) @ np.array([1, 256, 65536, 0], np.uint32)
    every = _Flat(letters.rows[::4], codes.astype(np.uint32), letters.places[::4] // 4)
    found = _where(every, every.values != ord(BLANK))
    ordinals = np.arange(len(found.rows)) - np.searchsorted(found.rows, found.rows)
    last = np.append(found.rows[1:] != found.rows[:-1], True)[: len(found.rows)]
    yield _hashed(found, 0, 11)
    yield _hashed(_where(found, found.places < _OPENING_CLASSES), 0, 12)
    for step in (1, 2, 3):
        yield _pairs(found, step, 13, reach=_FAR)
    yield _pairs(found, 1, 14, reach=_FAR)
    yield _triples(found)
    yield _hashed(_where(found, ordinals == 0), 0, 16)
    yield _hashed(_where(found, last), 0, 17)


def _where(found: _Flat, chosen: np.ndarray) -> _Flat:
    return _Flat(found.rows[chosen], found.values[chosen], found.places[chosen])


def _hashed(found: _Flat, second: int, salt: int) -> _Flat:
    return found._replace(values=mix(found.values, second, salt))


def _pairs(found: _Flat, step: int, salt: int, *, reach: int = 1 << 30) -> _Flat:
    """Features of two that are `step` apart in one row and at most `reach` words away."""
    left = _Flat(*(part[:-step] for part in found))
    right = _Flat(*(part[step:] for part in found))
    chosen = (left.rows == right.rows) & (right.places - left.places <= reach)
    pairs = left._replace(values=mix(left.values, right.values, salt))
    return _where(pairs, chosen)


def _triples(found: _Flat) -> _Flat:
    first, second, third = (
        _Flat(*(part[k : len(part) - 2 + k] for part in found)) for k in range(3)
    )
    chosen = (first.rows == third.rows) & (third.places - first.places < _NEAR)
    values = mix(mix(first.values, second.values, 15), third.values, 15)
    return _where(first._replace(values=values), chosen)


def _block(name: str, parts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A block's features as (rows, columns, values), each once a row."""
    parts, size = list(parts), BLOCKS[name]
    rows = np.concatenate([part.rows for part in parts])
    columns = np.concatenate([part.values for part in parts]).astype(np.int64) % size
    cells = np.sort(rows * size + columns)
    cells = cells[np.append(True, cells[1:] != cells[:-1])[: len(cells)]]
    rows, columns = cells // size, cells % size
    counts = np.bincount(rows) if len(rows) else np.zeros(1)
    return rows, columns + STARTS[name], (1 / np.sqrt(counts[rows])).astype(np.float32)


def _flags(flags: list[list[float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    values = np.array(flags, np.float32).reshape(len(flags), len(FLAGS))
    rows, columns = np.nonzero(values)
    return rows, columns + STARTS["flags"], values[rows, columns]
