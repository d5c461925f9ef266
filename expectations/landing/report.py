"""What a check of landing answers, and what it cannot work with."""

import dataclasses
from typing import Literal


class PolicyError(Exception):
    """A `policy.yml` that cannot be used: names the key path and the remedy. `exit_code` is 2."""

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(f"{message} → {remedy}")
        self.message = message
        self.remedy = remedy
        self.exit_code = 2


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something unusual: which check, at which place (a dataset, day or column), what to do.

    `level` is what the policy says of the check; `fail` stops the run. No count and no value.
    """

    check: str
    level: Literal["warn", "fail"]
    place: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.check}: {self.place} → {self.remedy}"
