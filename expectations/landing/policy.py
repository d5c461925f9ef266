"""Reads `policy.yml` and `schema.yml`, strictly."""

from pathlib import Path
from typing import Literal

import msgspec
import yaml

from expectations import documents
from expectations.landing.report import PolicyError

_FOLDER = Path(__file__).parent
Level = Literal["warn", "fail"]


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Schema(_Entry, frozen=True):
    level: Level


class Freshness(_Entry, frozen=True):
    level: Level
    most_days: int


class Volume(_Entry, frozen=True):
    level: Level
    least_ratio: float
    most_ratio: float
    trailing_days: int
    least_days: int


class Refused(_Entry, frozen=True):
    level: Level
    most_share: float
    least_lines: int
    expected: list[str]


class Other(_Entry, frozen=True):
    level: Level
    least_events: int
    most_share: dict[Literal["agent", "kind", "tool_kind", "model_family"], float]


class Policy(_Entry, frozen=True):
    schema: Schema
    freshness: Freshness
    volume: Volume
    refused: Refused
    other: Other
    recent_days: int


def load_policy(path: Path | None = None) -> Policy:
    """Raises PolicyError for a file that is missing or has a key that is not known."""
    path = path or _FOLDER / "policy.yml"
    try:
        return msgspec.convert(documents.load(path.read_text()), Policy)
    except msgspec.ValidationError as error:
        problem = str(error)
    except (OSError, ValueError, yaml.YAMLError):
        problem = "cannot be read as YAML"
    raise PolicyError(
        f"quality policy {path.name}: {problem}",
        remedy="mend that key; the shipped expectations/landing/policy.yml shows all of them",
    )


def load_schema() -> dict[str, dict[str, str]]:
    """dataset → column → Arrow type."""
    return documents.load((_FOLDER / "schema.yml").read_text())
