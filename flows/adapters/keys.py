"""Key files: one control key a tier and one key a 30-day epoch, readable by the owner only."""

import os
import secrets
from datetime import date
from pathlib import Path

from flows.adapters.files import sync
from flows.policy.errors import WinnowError
from flows.policy.pseudonyms import epoch_of, pseudonym

_KEY_BYTES = 32


class KeyRing:
    """A tier's keys, made on first use. A key that was cut or emptied raises WinnowError: what
    is hashed with a short one can be guessed.

    The control key serves what has to outlive an epoch (objects, tombstones, statistics' clusters)
    and is never exported; an epoch's key serves sessions and accounts of that epoch's days.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._keys: dict[str, bytes] = {}

    def has_control(self) -> bool:
        """Whether the control key is there already."""
        return (self.folder / "control.key").exists()

    @property
    def control(self) -> bytes:
        return self._key("control")

    def epoch(self, number: int) -> bytes:
        return self._key(f"epoch-{number}")

    def control_key(self, kind: str, identifier: str) -> str:
        return pseudonym(self.control, kind, identifier)

    def epoch_key(self, kind: str, identifier: str, day: date) -> str:
        return pseudonym(self.epoch(epoch_of(day)), kind, identifier)

    def epoch_keys(self, kind: str, identifier: str, epochs: list[int]) -> list[str]:
        return [pseudonym(self.epoch(number), kind, identifier) for number in epochs]

    def live_epochs(self) -> list[int]:
        """The epochs whose keys are there, oldest first."""
        stems = (path.stem.removeprefix("epoch-") for path in self.folder.glob("epoch-*.key"))
        return sorted(int(stem) for stem in stems if stem.isdigit())

    def _key(self, name: str) -> bytes:
        if name not in self._keys:
            self._keys[name] = _read_or_make(self.folder / f"{name}.key")
        return self._keys[name]


def _read_or_make(path: Path) -> bytes:
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise WinnowError(
            f"the key {'/'.join(path.parts[-3:])} has not the length of a key",
            remedy="bring it back from a backup: what was landed, released and erased under it "
            "cannot be matched without it",
        )
    return key


def _make(path: Path) -> None:
    """Written whole under another name first: a killed process leaves no short key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # fails when another process was first: its key counts
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    sync(path.parent)
