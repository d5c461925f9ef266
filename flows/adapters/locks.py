"""One lock a tier: scheduled and ad-hoc runs, purges and erasures take turns."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from flows.policy.errors import WinnowError


@contextmanager
def tier_lock(home: Path, tier: str, seconds: float) -> Iterator[None]:
    """Waits up to `seconds` for the tier; raises WinnowError when another run still holds it.

    The lock is the operating system's: a killed run holds none.
    """
    path = home / "state" / tier / "run.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=seconds)
    except Timeout:
        lock = None
    if lock is None:
        raise WinnowError(
            f"another run of {tier} is at work",
            remedy="let it end, or raise WINNOW_LOCK_SECONDS to wait longer; nothing was changed",
        )
    try:
        yield
    finally:
        lock.release()
