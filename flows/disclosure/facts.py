"""What the page states: flows/disclose.py collects it from policies, allowlists and models."""

import math
from typing import NamedTuple


class Answer(NamedTuple):
    """One figure about a session: its name, what it may say, and at most how many bits that is."""

    name: str
    says: str
    bits: float | None


class Signal(NamedTuple):
    """`doors`: what it is worked out from, beside the log: doors out of the text, a measurement."""

    about: str
    answers: tuple[Answer, ...]
    doors: tuple[str, ...]

    @property
    def bits(self) -> float:
        return sum(answer.bits or 0 for answer in self.answers)


class Release(NamedTuple):
    """How noise is added: see the head of expectations/allowlists/default_tier.yml."""

    mechanism: str
    days: int
    settle_days: int
    sessions_per_account: int
    least_accounts: int | None
    epsilon: float
    epsilon_per_window: float
    factor: float
    factor_per_window: float


class Export(NamedTuple):
    """`keys`: the columns that say which row it is. `fate`: what an erasure makes of it."""

    name: str
    grain: str
    purpose: str
    folder: str
    is_enabled: bool
    bits: float
    keys: tuple[Answer, ...]
    signals: tuple[Signal, ...]
    release: Release | None
    fate: str


class Table(NamedTuple):
    """A table that stays in the tier's warehouse, and what it says."""

    name: str
    grain: str
    columns: tuple[str, ...]
    doors: tuple[str, ...]


class Endpoint(NamedTuple):
    url: str
    models: tuple[str, ...]
    keeps_text_days: int
    owner: str
    reason: str


class Tier(NamedTuple):
    """`bits`: the most that all exports in use say about one session; `budget`: the most that
    they ever may by the policy in force."""

    name: str
    leaves_as: str
    owner: str
    policy_version: int
    purposes: tuple[str, ...]
    bits: float
    budget: float
    exports: tuple[Export, ...]
    tables: tuple[Table, ...]
    endpoints: tuple[Endpoint, ...]

    @property
    def epsilon(self) -> float:
        """What all releases in use may say of one account in a window, together."""
        releases = [each.release for each in self.exports if each.is_enabled and each.release]
        return sum(release.epsilon_per_window for release in releases)

    @property
    def factor(self) -> float:
        return math.exp(self.epsilon)


class Door(NamedTuple):
    name: str
    computes: str
    says: str
    bits: float
    reason: str
    owner: str


class Facts(NamedTuple):
    """`bits`: what the reading model decides; `never_denied`: those it never answers with no;
    `reading_bits`: the most that all of them say about one session."""

    days: int
    epoch_days: int
    tiers: tuple[Tier, ...]
    doors: tuple[Door, ...]
    bits: tuple[str, ...]
    never_denied: tuple[str, ...]
    reading_bits: float
    kinds: tuple[str, ...]
    text_columns: tuple[str, ...]
    places: tuple[str, ...]
    lasting: tuple[str, ...]
    erased: tuple[str, ...]
    contact: str
