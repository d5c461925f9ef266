"""What the gate answers."""

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Refusal:
    """Why an export may not leave: never a value, nor a name that data could have made.

    `column` is a listed column, or its position (`#3`) where it is not listed; `count` is the
    number of rows, columns or files concerned, None where only pass or fail is known.
    """

    rule: str
    export: str
    column: str | None
    count: int | None
    remedy: str

    def __str__(self) -> str:
        place = self.export if self.column is None else f"{self.export}.{self.column}"
        count = "" if self.count is None else f" ({self.count})"
        return f"{self.rule} refused {place}{count} → {self.remedy}"


@dataclasses.dataclass(frozen=True)
class Verdict:
    """`is_clean` when every rule was checked and none refused.

    `rules` are the names of the rules that passed, `files` the SHA-256 of each file checked,
    `mechanism` the verified record of a privacy mechanism (empty for the mechanism none).
    """

    tier: str
    export: str
    refusals: tuple[Refusal, ...]
    rules: tuple[str, ...]
    bits_per_row: float
    key_bits: float
    rows: int
    files: Mapping[str, str]
    mechanism: Mapping[str, object]

    @property
    def is_clean(self) -> bool:
        return not self.refusals
