"""Reads `purposes.yml`: what each tier may be used for, and how its exports may leave."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import msgspec
import yaml

from expectations.errors import RuleFileError
from expectations.strict_yaml import RepeatedKeyError, load_strict

FILE = Path(__file__).parent / "purposes.yml"
ROW_TIER = "opt_in"


class PurposeError(RuleFileError):
    """A table of purposes that cannot be used."""


class Purpose(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`means` in words; `exports` are the names of the exports that serve it."""

    means: str
    exports: list[str]


class TierPurposes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`leaves_as` bounds the exports of every purpose of the tier."""

    owner: str
    leaves_as: Literal["rows", "releases", "nothing"]
    purposes: dict[str, Purpose]

    def purpose_of(self, export: str) -> str | None:
        """The name of the purpose that the export serves, None where it serves none."""
        return next((name for name, it in self.purposes.items() if export in it.exports), None)


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    opt_in: TierPurposes
    default_tier: TierPurposes
    feedback: TierPurposes


def load_purposes(path: Path | None = None) -> Mapping[str, TierPurposes]:
    """The table by tier (default: the one shipped).

    Raises PurposeError for a file that is missing, that has a key or word which this version does
    not know, or that contradicts itself.
    """
    try:
        document = load_strict((path or FILE).read_text(encoding="utf-8"))
        table = msgspec.convert(document, _Table, strict=True)
    except (msgspec.ValidationError, RepeatedKeyError) as error:
        raise _error(str(error)) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise _error("cannot be read as YAML, so nothing may leave") from None
    tiers = {tier: getattr(table, tier) for tier in table.__struct_fields__}
    for tier, entry in tiers.items():
        _check(tier, entry)
    return MappingProxyType(tiers)


def problem_of(entry: TierPurposes, export: str) -> str | None:
    """Why a tier's purposes do not admit the export, or None."""
    if entry.leaves_as == "nothing":
        return "must not be there: purposes.yml lets nothing of this tier leave"
    if entry.purpose_of(export) is None:
        return "serves no purpose: purposes.yml names it under none of this tier"
    return None


def _check(tier: str, entry: TierPurposes) -> None:
    if entry.leaves_as == "rows" and tier != ROW_TIER:
        raise _error(f"{tier}.leaves_as: rows are of accounts that agreed, which are {ROW_TIER}")
    named = [export for purpose in entry.purposes.values() for export in purpose.exports]
    if len(set(named)) < len(named):
        raise _error(f"{tier}.purposes: names an export under two purposes")
    if named and entry.leaves_as == "nothing":
        raise _error(f"{tier}.purposes: names an export, but leaves_as is nothing")
    if not entry.purposes or not all(each.means.strip() for each in entry.purposes.values()):
        raise _error(f"{tier}.purposes: a tier has a purpose, and a purpose says what it means")


def _error(problem: str) -> PurposeError:
    return PurposeError(
        f"purposes.yml, {problem}",
        remedy="mend that key; the format stands at the top of expectations/purposes.yml",
    )
