"""Prompts as lines of JSON: what `winnow bits` reads."""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from flows.bits.prompts import Prompt

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class Line(msgspec.Struct):
    """A line's fields; others are ignored. `labels`: the bits by a person, for evaluation."""

    id: str | int
    text: str
    context: str | None = None
    prev_user: str | None = None
    interrupted_before: bool | None = None
    rejected_before: bool | None = None
    source_repo: str | None = None
    labels: dict[str, bool | int] | list[str] | None = None

    @property
    def prompt(self) -> Prompt:
        return Prompt(
            self.text,
            self.context or "",
            self.prev_user or "",
            bool(self.interrupted_before),
            bool(self.rejected_before),
        )

    def has(self, bit: str) -> bool:
        """Whether the label says so. A list names the bits that are true."""
        labels = self.labels or {}
        return bit in labels if isinstance(labels, list) else bool(labels.get(bit))


class BadLine(NamedTuple):
    """A line that is no prompt: its number from 1, and what is wrong, without its content."""

    number: int
    reason: str


def read_lines(lines: Iterable[tuple[int, bytes]]) -> Iterator[Line | BadLine]:
    """A Line or BadLine for each numbered line; blank ones are skipped. A file may begin with a
    byte order mark."""
    decoder = msgspec.json.Decoder(Line)
    for number, line in lines:
        if number == 1:
            line = line.removeprefix(BOM_UTF8)
        if line.strip():
            yield _read(decoder, number, line)


def _read(decoder: msgspec.json.Decoder, number: int, line: bytes) -> Line | BadLine:
    try:
        return decoder.decode(_mended(line))
    except msgspec.ValidationError as error:
        return BadLine(number, _place(error))
    except (ValueError, RecursionError):
        return BadLine(number, "not one JSON object in UTF-8")


def _mended(line: bytes) -> bytes:
    """With "?" for half of a character, which JSON can escape and UTF-8 cannot hold: texts that
    were cut have one at their end."""
    if not _SURROGATE.search(line):
        return line
    return json.dumps(json.loads(line), ensure_ascii=False).encode("utf-8", "replace")


def _place(error: msgspec.ValidationError) -> str:
    """Which field is wrong; the message of msgspec names fields and types, no value."""
    return str(error).replace("Object ", "").replace("`", "'")
