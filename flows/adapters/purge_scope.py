"""What one purge process answers for: a tier with its source, or what no tier owns.

A scope lists its expired places and deletes those of a plan, each kind by the module that knows it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple, Protocol

from flows.adapters import purge_files, purge_prefect
from flows.policy.retention import (
    KINDS,
    SHARED_RULES,
    TIER_RULES,
    Place,
    PurgePlan,
    check_plan,
)
from flows.policy.tiers import SHARED

_SOURCE_KINDS = {"source/sessions": "sessions", "source/survival": "survival"}


class SourcePurge(Protocol):
    def check_deletion_is_true(self) -> None: ...

    def places(self, dataset: str, kind: str, purge_date: date) -> list[Place]: ...

    def delete(self, places: list[Place]) -> None: ...


class Scope(NamedTuple):
    """`places` lists what is expired; `deleters` say how the places of a kind go."""

    name: str
    places: Callable[[], list[Place]]
    deleters: dict[str, Callable[[list[Place]], None]]
    remove_leftovers: Callable[[], int]


@dataclass(frozen=True)
class TierScope:
    """A tier's source (None: the product purges it), folders, warehouse and keys.

    `stale` are source objects that a verifier found to be older than the day of their folder.
    """

    home: Path
    tier: str
    purge_date: date
    source: SourcePurge | None
    stale: list[Place] = field(default_factory=list)

    def scope(self) -> Scope:
        deleters = {rule.kind: self._delete_files for rule in TIER_RULES}
        if self.source:
            deleters |= dict.fromkeys((*_SOURCE_KINDS, "source/uploads"), self.source.delete)
        deleters |= {
            "state/contributions": self._close_contributions,
            "landing/survival": self._remove_survival,
            "landing/session rows": self._remove_session_rows,
            "landing/consent": self._delete_files,
            "landing/assignments": self._delete_files,
            "warehouse": self._rebuild_warehouse,
            "keys": lambda places: purge_files.destroy_keys(self.home, places),
        }
        return Scope(self.tier, self._places, deleters, self._remove_leftovers)

    def _places(self) -> list[Place]:
        from flows.adapters import purge_duckdb, purge_rows

        where = (self.home, self.tier, self.purge_date)
        keys = purge_files.key_places(*where)
        return [
            *self._source_places(),
            *purge_files.file_places(self.home, TIER_RULES, self.tier, self.purge_date),
            *purge_rows.session_row_places(*where),
            *purge_rows.survival_places(*where),
            *purge_duckdb.warehouse_places(*where),
            *purge_files.copies_of_accounts(self.home, self.tier, keys),
            *keys,
        ]

    def _source_places(self) -> Iterator[Place]:
        if not self.source:
            return
        self.source.check_deletion_is_true()
        found = [
            place
            for kind, dataset in _SOURCE_KINDS.items()
            for place in self.source.places(dataset, kind, self.purge_date)
        ]
        known = {(place.reference, place.version) for place in found}
        yield from found
        yield from (p for p in self.stale if (p.reference, p.version) not in known)

    def _delete_files(self, places: list[Place]) -> None:
        purge_files.delete_files(self.home, places)

    def _close_contributions(self, places: list[Place]) -> None:
        from flows.adapters.contribution_ledger import ContributionLedger

        ledger = ContributionLedger(self.home, self.tier)
        ledger.close(self.home / place.reference for place in places)
        self._delete_files(places)

    def _remove_survival(self, places: list[Place]) -> None:
        from flows.adapters import purge_rows

        purge_rows.remove_survival_rows(self.home, self.tier, places, self.purge_date)

    def _remove_session_rows(self, places: list[Place]) -> None:
        from flows.adapters import purge_rows

        purge_rows.remove_session_rows(self.home, self.tier, places, self.purge_date)

    def _rebuild_warehouse(self, places: list[Place]) -> None:
        from flows.adapters import purge_duckdb

        for place in places:
            if (self.home / place.reference).exists():
                purge_duckdb.rebuild(self.home / place.reference, self.purge_date)

    def _remove_leftovers(self) -> int:
        return purge_files.remove_leftovers(self.home, self.tier)


@dataclass(frozen=True)
class SharedScope:
    """Results, logs, temporary files and Prefect's own records."""

    home: Path
    purge_date: date
    prefect_home: Path

    def scope(self) -> Scope:
        deleters = {rule.kind: self._delete_files for rule in SHARED_RULES} | {
            "logs": lambda places: purge_files.cut_logs(self.home, places, self.purge_date),
            "prefect": self._purge_prefect,
        }
        return Scope(SHARED, self._places, deleters, lambda: 0)

    def _places(self) -> list[Place]:
        return [
            *purge_files.file_places(self.home, SHARED_RULES, "", self.purge_date),
            *purge_files.log_places(self.home, self.purge_date),
            *purge_prefect.prefect_places(self.prefect_home, self.purge_date),
        ]

    def _delete_files(self, places: list[Place]) -> None:
        purge_files.delete_files(self.home, places)

    def _purge_prefect(self, places: list[Place]) -> None:
        purge_prefect.purge_prefect(self.prefect_home, places, self.purge_date)


def execute(plan: PurgePlan, scope: Scope) -> int:
    """Deletes the plan's places kind by kind and returns how many leftovers went beside them.

    Raises WinnowError before touching anything when the plan names what is not yet expired. Killed
    at any moment, a new plan finds the rest: each kind is found without those before it.
    """
    check_plan(plan)
    leftovers = scope.remove_leftovers()
    for kind in KINDS:
        places = plan.of_kind(kind)
        if places:
            scope.deleters[kind](places)
    return leftovers + scope.remove_leftovers()
