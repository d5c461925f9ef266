"""The closed domains that a column may have: how many values, which types, which values are bad.

A predicate is DuckDB SQL that is true for a value outside the domain; nulls are judged apart, by
`nullable`.
"""

import dataclasses
import math
from typing import Literal

import msgspec

WINDOW_DAYS = 30
HASH_PATTERN = "[0-9a-f]{32}"
HASH_BITS = 128
_WORD = "abcdefghijklmnopqrstuvwxyz0123456789"


class _Domain(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="domain"):
    pass


class Bool(_Domain, frozen=True, tag="bool"):
    type: Literal["boolean"] = "boolean"
    nullable: bool = False

    def size(self) -> int:
        return 2

    def bad(self, column: str) -> str:
        return "false"


class Integer(_Domain, frozen=True, tag="integer"):
    """minimum, minimum + step, … up to maximum; the last value is maximum itself."""

    minimum: int
    maximum: int
    step: int = 1
    type: Literal["smallint", "integer", "bigint"] = "integer"
    nullable: bool = False

    def size(self) -> int:
        return -(-(self.maximum - self.minimum) // self.step) + 1

    def bad(self, column: str) -> str:
        off_step = (
            f"(({column} - ({self.minimum})) % {self.step} <> 0 and {column} <> {self.maximum})"
        )
        return f"({column} < {self.minimum} or {column} > {self.maximum} or {off_step})"


class Ratio(_Domain, frozen=True, tag="ratio"):
    """0 … 1 in steps; the double must be exactly k ÷ steps, or its low bits could carry more."""

    step: float
    type: Literal["double"] = "double"
    nullable: bool = False

    @property
    def steps(self) -> int:
        return round(1 / self.step)

    def size(self) -> int:
        return self.steps + 1

    def bad(self, column: str) -> str:
        nearest = f"round({column} * {self.steps}) / {float(self.steps)}"
        outside = f"isnan({column}) or signbit({column}) or {column} > 1"
        return f"({outside} or {column} <> {nearest})"


class Enum(_Domain, frozen=True, tag="enum"):
    """The listed words, byte for byte; `vocabulary` names a list of the same file."""

    values: tuple[str, ...] = ()
    vocabulary: str = ""
    type: Literal["varchar"] = "varchar"
    nullable: bool = False

    def size(self) -> int:
        return len(self.values)

    def bad(self, column: str) -> str:
        listed = ", ".join("'" + value.replace("'", "''") + "'" for value in self.values)
        return f"({column} not in ({listed}))"


class Date(_Domain, frozen=True, tag="date"):
    """A day of the window; the rule `window` judges which."""

    type: Literal["date"] = "date"
    nullable: bool = False

    def size(self) -> int:
        return WINDOW_DAYS

    def bad(self, column: str) -> str:
        return f"(not isfinite({column}))"


class KeyedHash(_Domain, frozen=True, tag="keyed_hash"):
    """32 lower-case hexadecimal digits. `purpose` says why one that is not a key may leave."""

    purpose: str = ""
    type: Literal["varchar"] = "varchar"
    nullable: bool = False

    def size(self) -> int:
        return 2**HASH_BITS

    def bad(self, column: str) -> str:
        return f"(not regexp_full_match({column}, '{HASH_PATTERN}'))"


@dataclasses.dataclass(frozen=True)
class Column:
    """A column that may leave: `name`, and `domain` with its type and whether null is a value."""

    name: str
    domain: Bool | Integer | Ratio | Enum | Date | KeyedHash

    @property
    def bits(self) -> float:
        """log2 of the number of values; null is one where it may stand."""
        return math.log2(self.domain.size() + self.domain.nullable)

    @property
    def sql(self) -> str:
        return '"' + self.name.replace('"', '""') + '"'

    def described(self) -> dict:
        """The domain in words of the allowlist, as a manifest states it."""
        stated = msgspec.to_builtins(self.domain)
        return {"name": self.name, **{key: value for key, value in stated.items() if value != ""}}


def problem_of(domain) -> str | None:
    """What makes a domain unusable, or None."""
    match domain:
        case Integer():
            return _integer_problem(domain)
        case Ratio():
            is_whole = 0 < domain.step <= 1 and math.isclose(domain.steps * domain.step, 1)
            return None if is_whole else "must have a step that divides 1"
        case Enum():
            return _enum_problem(domain)
    return None


def _integer_problem(domain: Integer) -> str | None:
    limit = {"smallint": 2**15, "integer": 2**31, "bigint": 2**53}[domain.type]
    if not -limit <= domain.minimum < domain.maximum < limit:
        return "must have minimum < maximum within its type"
    return None if domain.step >= 1 else "must have a step of at least 1"


def _enum_problem(domain: Enum) -> str | None:
    if not domain.values:
        return "must list its values"
    if len(set(domain.values)) < len(domain.values):
        return "repeats a value"
    if any(not _is_word(value) for value in domain.values):
        return "has a value that is not a short word (a-z, 0-9, _ - + .)"
    return None


def _is_word(value: str) -> bool:
    return 0 < len(value) <= 40 and set(value) <= set(_WORD + "_-+.")
