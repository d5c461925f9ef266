"""Reads `declassifiers.yml`, the only list of doors out of raw; refuses what it does not know."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import yaml

from expectations import documents
from expectations.domains import Bool, Column, Enum, Integer, problem_of
from expectations.errors import RuleFileError

FILE = Path(__file__).parent / "declassifiers.yml"
_Domain = Bool | Integer | Enum


class DeclassifierError(RuleFileError):
    """A register of doors that cannot be used."""


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    model: str
    column: str
    computes: str
    fingerprint: str
    domain: dict
    bits: float
    owner: str
    reason: str


class _Output(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    computes: str
    domain: dict
    confidence: dict
    bits: float
    owner: str
    reason: str


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    doors: dict[str, _Entry]
    model_outputs: dict[str, _Output] = {}


@dataclass(frozen=True)
class Door:
    """A registered computation of a model on raw text; `bits` of one result, null included."""

    name: str
    model: str
    column: str
    computes: str
    fingerprint: str
    domain: Column
    bits: float
    owner: str
    reason: str


@dataclass(frozen=True)
class ModelOutput:
    """What the bits model may say of one prompt: a value, null included, and its confidence;
    `bits` of both together."""

    name: str
    computes: str
    domain: Column
    confidence: Column
    bits: float
    owner: str
    reason: str


def load_declassifiers(path: Path | None = None) -> dict[str, Door]:
    """Return the doors by name. Raises DeclassifierError for a file that cannot be used."""
    return {name: _door(name, entry) for name, entry in _load(path).doors.items()}


def load_model_outputs(path: Path | None = None) -> dict[str, ModelOutput]:
    """Return the bits model's outputs by name. Raises DeclassifierError as above."""
    return {name: _output(name, entry) for name, entry in _load(path).model_outputs.items()}


def _load(path: Path | None) -> _Document:
    path = path or FILE
    try:
        raw = documents.load(path.read_text(encoding="utf-8"))
        return msgspec.convert(raw, _Document, strict=True)
    except msgspec.ValidationError as error:
        raise _error(str(error)) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise _error("cannot be read as YAML") from None


def _output(name: str, entry: _Output) -> ModelOutput:
    place = f"model_outputs.{name}"
    value = Column(name=name, domain=_domain(f"{place}.domain", entry.domain, Bool))
    confidence = _domain(f"{place}.confidence", entry.confidence, Enum)
    bucket = Column(name=f"{name}_confidence", domain=confidence)
    bits = value.bits + bucket.bits
    if abs(bits - entry.bits) > 0.005:
        raise _error(f"{place}.bits: is not log2 of the number of values, {bits:.2f}")
    told = (entry.computes, value, bucket, entry.bits, entry.owner, entry.reason)
    return ModelOutput(name, *told)


def _domain(place: str, found: dict, kind):
    try:
        domain = msgspec.convert(found, kind, strict=True)
    except msgspec.ValidationError as error:
        raise _error(f"{place}: {error}") from None
    if problem := problem_of(domain):
        raise _error(f"{place}: {problem}")
    return domain


def _door(name: str, entry: _Entry) -> Door:
    domain = _domain(f"doors.{name}.domain", entry.domain, _Domain)
    column = Column(name=entry.column, domain=domain)
    if abs(column.bits - entry.bits) > 0.005:
        raise _error(f"doors.{name}.bits: is not log2 of the domain's size, {column.bits:.2f}")
    fields = {key: getattr(entry, key) for key in entry.__struct_fields__ if key != "domain"}
    return Door(name=name, domain=column, **fields)


def by_model(doors: dict[str, Door]) -> dict[str, dict[str, str]]:
    """Return {model: {fingerprint: name}}: a door opens in its own model only."""
    found: dict[str, dict[str, str]] = {}
    for door in doors.values():
        found.setdefault(door.model, {})[door.fingerprint] = door.name
    return found


def _error(problem: str) -> DeclassifierError:
    return DeclassifierError(
        f"declassifiers.yml, {problem}",
        remedy="mend that key; the format stands at the top of expectations/declassifiers.yml",
    )
