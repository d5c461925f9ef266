"""What a check of landing answers, and what it cannot work with."""

import dataclasses
from typing import Literal

from expectations.errors import RuleFileError


class PolicyError(RuleFileError):
    """A `policy.yml` that cannot be used."""


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
