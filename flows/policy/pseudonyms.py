"""Keyed hashes: how accounts, sessions and objects are known inside.

HMAC-SHA256 (RFC 2104), cut to 128 bits. `session_key` and `account_key` use the key of the epoch of
the session's date; a purged epoch's key is destroyed, and nothing links what it named any more.
"""

import hmac
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b

EPOCH_DAYS = 30
_FIRST_DAY = date(1970, 1, 1)


def epoch_of(day: date) -> int:
    return (day - _FIRST_DAY).days // EPOCH_DAYS


def last_day_of(epoch: int) -> date:
    return _FIRST_DAY + timedelta(days=(epoch + 1) * EPOCH_DAYS - 1)


def live_epochs(days: list[date]) -> list[int]:
    """The epochs that the days belong to, oldest first."""
    return sorted({epoch_of(day) for day in days})


def pseudonym(key: bytes, kind: str, identifier: str) -> str:
    """32 hex digits for an identifier of a kind (`account`, `session`, `object` …)."""
    keyed = _keyed(key).copy()
    keyed.update(f"{kind}\0{identifier}".encode("utf-8", "surrogatepass"))
    return keyed.hexdigest()[:32]


@lru_cache(maxsize=16)
def _keyed(key: bytes) -> hmac.HMAC:
    """Ready to be copied: what the key costs is paid once."""
    return hmac.new(key, digestmod="sha256")


def record_hasher(key: bytes):
    """A fast keyed hash for record ids: 32 hex digits (BLAKE2b, RFC 7693, keyed mode).

    Records are hashed hundreds of thousands of times a gigabyte, where HMAC would cost a third of
    the whole pull; they never leave landing.
    """

    keyed = blake2b(digest_size=16, key=key)

    def hash_record(identifier: str) -> str:
        digest = keyed.copy()
        digest.update(identifier.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    return hash_record
