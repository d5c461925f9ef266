"""Source values → values that a typed column may hold. Whatever comes in, only a bounded number,
an instant, a vocabulary value or None comes out."""

import re
from datetime import UTC, datetime
from functools import lru_cache

from flows.policy.vocabulary import MODEL_FAMILIES
from flows.readers.tally import Refused

MAX_TOKENS = 1_000_000_000
MAX_LINES = 10_000_000
MAX_TEXT_CHARS = 1_000_000
MAX_TOOL_INPUT_CHARS = 2_000
MAX_PATH_CHARS = 1_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = 946_684_800_000_000
_LATEST = 4_102_444_800_000_000

# Names longer than this are cut before they are looked at (and remembered).
_MAX_NAME = 100

UNKNOWN_VERSION = (None, None, None)
# Three digits a part: no more than MAX_VERSION_PART of the vocabulary.
_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\d.])", re.ASCII)
_NAMED_FAMILIES = tuple(family for family in MODEL_FAMILIES if family not in ("synthetic", "other"))


def version_parts(version: object) -> tuple[int | None, int | None, int | None]:
    """(major, minor, patch), each 0 … 999; three None for anything else."""
    return _version_parts(version[:_MAX_NAME]) if isinstance(version, str) else UNKNOWN_VERSION


def model_family(model: object) -> str | None:
    """The family of a model's name; None when there is no name."""
    return _model_family(model[:_MAX_NAME]) if isinstance(model, str) else None


def instant(timestamp: object) -> int:
    """Microseconds since 1970 of an ISO 8601 instant; without an offset it is UTC.

    Raises Refused (`bad_timestamp`) for anything else, and outside the years 2000 … 2099.
    """
    try:
        at = datetime.fromisoformat(timestamp)
        since = (at if at.tzinfo else at.replace(tzinfo=UTC)) - _EPOCH
    except (TypeError, ValueError, OverflowError):
        raise Refused("bad_timestamp") from None
    microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    if not _EARLIEST <= microseconds < _LATEST:
        raise Refused("bad_timestamp")
    return microseconds


@lru_cache(maxsize=1024)
def _version_parts(version: str) -> tuple[int | None, int | None, int | None]:
    match = _VERSION.match(version)
    return tuple(int(part) for part in match.groups()) if match else UNKNOWN_VERSION


@lru_cache(maxsize=1024)
def _model_family(model: str) -> str:
    if model == "<synthetic>":
        return "synthetic"
    name = model.lower()
    return next((family for family in _NAMED_FAMILIES if family in name), "other")


def bounded(value: object, limit: int) -> int | None:
    """The value where it is an integer of 0 … limit, else None."""
    return value if type(value) is int and 0 <= value <= limit else None


def clip(value: object, limit: int) -> str | None:
    """Text of at most `limit` characters without NUL; None for what is no text or empty."""
    if type(value) is not str or not value:
        return None
    return value[:limit].replace("\0", "\ufffd")
