"""Reads a tier's warehouse for a release: bounded totals and samples, never written anywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from flows.adapters.spill import spill_folder
from flows.policy.errors import WinnowError
from flows.policy.locked import Limits, opening_statements

_MEMORY = "400MB"


@contextmanager
def open_contributions(home: Path, tier: str) -> Iterator["Contributions"]:
    """The warehouse, read-only and locked. Raises WinnowError where it was not built."""
    file = home / "warehouse" / f"{tier}.duckdb"
    if not file.exists():
        raise WinnowError(
            f"the warehouse of {tier} is missing, so nothing can be released from it",
            remedy=f"run `winnow run --tier {tier}`, which builds it first",
        )
    # Below the tier's folder, where the purge and the verifier look for what a killed run left.
    spill = home / "warehouse" / ".spill" / tier / "release"
    with spill_folder(spill), duckdb.connect(file, read_only=True) as connection:
        for statement in opening_statements([], [], Limits(spill, memory=_MEMORY)):
            connection.execute(statement)
        yield Contributions(connection)


class Contributions:
    def __init__(self, connection) -> None:
        self._connection = connection

    def cells(self, query: str, key_count: int) -> dict[tuple, tuple[int, ...]]:
        """cell → exact totals. A cell with a null in its key is not public: it is left out."""
        rows = self._connection.execute(query).fetchall()
        found = {row[:key_count]: row[key_count:] for row in rows}
        return {cell: totals for cell, totals in found.items() if None not in cell}

    def rows(self, query: str) -> list[tuple]:
        return self._connection.execute(query).fetchall()

    def count(self, query: str) -> int:
        return self._connection.execute(query).fetchone()[0]
