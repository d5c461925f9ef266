"""Reads `allowlists/<tier>.yml`, the only list of what may leave; refuses what it does not know."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import msgspec
import yaml

from expectations.domains import (
    Bool,
    Column,
    Date,
    Enum,
    Integer,
    KeyedHash,
    Ratio,
    problem_of,
)
from expectations.errors import RuleFileError
from expectations.mechanisms import Mechanism
from expectations.mechanisms import problem_of as mechanism_problem_of
from expectations.purposes import PurposeError, TierPurposes, load_purposes
from expectations.purposes import problem_of as purpose_problem_of
from expectations.strict_yaml import RepeatedKeyError, load_strict

FOLDER = Path(__file__).parent / "allowlists"

_FORMAT = "mend that key; docs of the format stand at the top of allowlists/opt_in.yml"
_REVIEWED = (
    "take the export out, or have the privacy owner put it under a purpose of the tier in "
    "expectations/purposes.yml, which people are told of"
)

_Domain = Bool | Integer | Ratio | Enum | Date | KeyedHash


class AllowlistError(RuleFileError):
    """An allowlist that cannot be used."""


class MinimumAccounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`column` counts the accounts behind a row; a row with fewer than `at_least` is refused."""

    column: str
    at_least: int


class _Export(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    grain: str
    keys: list[str]
    partition: str
    mechanism: Mechanism
    columns: dict[str, dict]
    minimum_accounts: MinimumAccounts | None = None


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tier: Literal["opt_in", "default_tier", "feedback"]
    policy_version: int
    owner: str
    max_bits_per_session: float
    exports: dict[str, dict]
    vocabularies: dict[str, list[str]] = {}


@dataclasses.dataclass(frozen=True)
class Export:
    """One export: its grain in words, the columns of its key, and every column in file order."""

    name: str
    grain: str
    keys: tuple[str, ...]
    partition: str
    mechanism: Mechanism
    minimum_accounts: MinimumAccounts | None
    columns: Mapping[str, Column]


@dataclasses.dataclass(frozen=True)
class Allowlist:
    tier: str
    policy_version: int
    owner: str
    max_bits_per_session: float
    exports: Mapping[str, Export]


def load_allowlist(
    tier: str, folder: Path | None = None, purposes: Path | None = None
) -> Allowlist:
    """The allowlist of `tier` in `folder`, held against the file `purposes` (default: those
    shipped).

    Raises AllowlistError for a file that is missing, is not YAML, repeats a key, has a key that
    this version does not know, or promises what the tier may not have.
    """
    path = path_of(tier, folder)
    document = _convert(_read(path), _Document, path.name, "")
    if document.tier != tier:
        raise _error(path.name, "tier", "is not the tier that the file is named after")
    purposes_of_tier = _purposes(tier, purposes)
    for name in document.exports:
        if problem := purpose_problem_of(purposes_of_tier, name):
            raise _error(path.name, f"exports.{name}", problem, _REVIEWED)
    exports = {
        name: _export(name, raw, document, path.name) for name, raw in document.exports.items()
    }
    for name, export in exports.items():
        _check_form(export, purposes_of_tier, path.name, f"exports.{name}")
    return Allowlist(
        tier=document.tier,
        policy_version=document.policy_version,
        owner=document.owner,
        max_bits_per_session=document.max_bits_per_session,
        exports=MappingProxyType(exports),
    )


def _purposes(tier: str, path: Path | None) -> TierPurposes:
    try:
        return load_purposes(path)[tier]
    except PurposeError as error:
        raise AllowlistError(error.message, remedy=error.remedy) from None


def path_of(tier: str, folder: Path | None = None) -> Path:
    return Path(folder or FOLDER) / f"{tier}.yml"


def _export(name: str, raw: dict, document: _Document, file: str) -> Export:
    place = f"exports.{name}"
    parsed = _convert(raw, _Export, file, place)
    columns = {
        column: _column(column, entry, document, file, f"{place}.columns.{column}")
        for column, entry in parsed.columns.items()
    }
    export = Export(
        name=name,
        grain=parsed.grain,
        keys=tuple(parsed.keys),
        partition=parsed.partition,
        mechanism=parsed.mechanism,
        minimum_accounts=parsed.minimum_accounts,
        columns=MappingProxyType(columns),
    )
    _check_export(export, file, place)
    return export


def _column(name: str, raw: dict, document: _Document, file: str, place: str) -> Column:
    domain = _convert(raw, _Domain, file, place)
    if isinstance(domain, Enum) and domain.vocabulary:
        values = document.vocabularies.get(domain.vocabulary)
        if values is None or domain.values:
            raise _error(file, place, "needs either values or the name of a listed vocabulary")
        domain = msgspec.structs.replace(domain, vocabulary="", values=tuple(values))
    if problem := problem_of(domain):
        raise _error(file, place, problem)
    return Column(name=name, domain=domain)


def _check_export(export: Export, file: str, place: str) -> None:
    named = [*export.keys, export.partition]
    if export.minimum_accounts:
        named.append(export.minimum_accounts.column)
    if not set(named) <= set(export.columns):
        raise _error(file, place, "names a key, partition or accounts column that it does not list")
    if not isinstance(export.columns[export.partition].domain, Date):
        raise _error(file, f"{place}.partition", "must be a column of the domain date")
    if any(export.columns[name].domain.nullable for name in (*export.keys, export.partition)):
        raise _error(file, f"{place}.keys", "names a column that may be null")


def _check_form(export: Export, purposes: TierPurposes, file: str, place: str) -> None:
    if purposes.leaves_as == "rows":
        _check_rows(export, file, place)
        _check_purposes(export, file, place)
    else:
        _check_aggregate(export, file, place)


def _check_rows(export: Export, file: str, place: str) -> None:
    """Rows of accounts that agreed: no mechanism, and no settings that only look like one."""
    if export.mechanism != Mechanism(name="none"):
        raise _error(file, f"{place}.mechanism", "must be none: these accounts agreed")


def _check_purposes(export: Export, file: str, place: str) -> None:
    for name, column in export.columns.items():
        is_free = isinstance(column.domain, KeyedHash) and name not in export.keys
        if is_free and not column.domain.purpose:
            raise _error(file, f"{place}.columns.{name}", "needs a purpose: it is not a key")


def _check_aggregate(export: Export, file: str, place: str) -> None:
    if any(isinstance(column.domain, KeyedHash) for column in export.columns.values()):
        raise _error(file, f"{place}.columns", "lists a keyed hash, which only opt_in may have")
    domains = {name: column.domain for name, column in export.columns.items()}
    problem = mechanism_problem_of(export.mechanism, export.keys, export.partition, domains)
    if problem:
        raise _error(file, f"{place}.mechanism", problem)
    if export.mechanism.name == "aggregate_dp" and not export.minimum_accounts:
        raise _error(file, place, "needs minimum_accounts: aggregates have a least cell")


def _convert(raw: object, type_: type, file: str, place: str):
    try:
        return msgspec.convert(raw, type_, strict=True)
    except msgspec.ValidationError as error:
        message, _, inner = str(error).partition(" - at `$")
    path = place + inner.rstrip("`")
    raise _error(file, path.lstrip(".") or "(top level)", message)


def _read(path: Path) -> object:
    try:
        return load_strict(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problem = "is missing, so nothing may leave"
    except RepeatedKeyError as error:
        problem = str(error)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        problem = "cannot be read as YAML"
    raise _error(path.name, "(file)", problem)


def _error(file: str, place: str, problem: str, remedy: str = _FORMAT) -> AllowlistError:
    return AllowlistError(f"allowlist {file}, {place}: {problem}", remedy=remedy)
