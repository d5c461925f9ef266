"""Process 2: builds a tier's warehouse afresh from typed landing, and candidates from it.

The file is written under another name and renamed when every model and test is done: a failed or
killed build leaves the warehouse of the run before.
"""

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from flows.adapters import dbt_runner
from flows.adapters.files import remove_drafts, whole
from flows.adapters.landing import day_folder
from flows.adapters.landing_views import typed_views
from flows.adapters.spill import spill_folder
from flows.policy.errors import WinnowError
from flows.policy.locked import Limits, View, between, copy_statement, opening_statements, text
from flows.policy.schemas import RAW
from flows.policy.tiers import leaves_as_rows
from flows.policy.windows import window_dates

# Process 2 has no raw/ to run them on; process 1 has run them.
_DECLASSIFIED = "path:models/declassified"


class Warehouse:
    """A tier's warehouse file and candidates folder below `home`, as of `today`."""

    def __init__(self, home: Path, project: Path, tier: str, today: date) -> None:
        self.project, self.tier = project, tier
        self.landing = home / "landing" / tier
        self.file = home / "warehouse" / f"{tier}.duckdb"
        self.draft = self.file.with_name(f".{tier}.duckdb.building")
        self.spill = home / "warehouse" / ".spill" / tier
        self.candidates = home / "candidates" / tier
        self.target_path = home / "state" / tier / "dbt"
        self.days = window_dates(today)

    def build(self) -> list[dbt_runner.Node]:
        """Builds and tests every model but the declassified ones; then the file takes its place.

        Raises WinnowError naming the model or test that failed; nothing was replaced then.
        """
        with spill_folder(self.spill):
            nodes = self._build((), exclude=[_DECLASSIFIED])
        self.draft.replace(self.file)
        return nodes

    def build_sample(self, select: Sequence[str] = ()) -> list[dbt_runner.Node]:
        """Like `build`, with unit tests and with the declassified models on an empty raw table."""
        parents = [f"+{name}" for name in select]
        with spill_folder(self.spill):
            nodes = self._build((View("raw", "raw", RAW),), select=parents, units=True)
        self.draft.replace(self.file)
        return nodes

    def write_candidates(self) -> dict[str, int]:
        """Writes a file a session date of every export of the tier; returns the dates by export.

        Dates that have no row any more lose their candidate. The default tier's candidates are
        not made here: they are what its release drew, and its exact rows stay in the warehouse.
        """
        if not leaves_as_rows(self.tier):
            return {}
        exports = self.project / "models" / "exports" / self.tier
        names = sorted(path.stem for path in exports.glob("*.sql"))
        self.candidates.mkdir(parents=True, exist_ok=True)
        remove_drafts(self.candidates)
        with spill_folder(self.spill), duckdb.connect(self.file, read_only=True) as connection:
            for statement in opening_statements([], [self.candidates], Limits(self.spill)):
                connection.execute(statement)
            written = {name: self._write_export(connection, name) for name in names}
        _keep_only(self.candidates, written)
        return {name: len(days) for name, days in written.items()}

    def _build(self, more: tuple[View, ...], **selection) -> list[dbt_runner.Node]:
        self.draft.parent.mkdir(parents=True, exist_ok=True)
        _remove_unfinished(self.draft)
        views = [*typed_views(self.landing, self.project, self.days), *more]
        # The views' files and no folder: what lies beside them is not of this build.
        statements = opening_statements(views, [], Limits(self.spill))
        project = dbt_runner.Project(
            self.project, self.tier, self.target_path, self.draft, statements
        )
        try:
            return dbt_runner.build(project, **selection)
        except WinnowError:
            _remove_unfinished(self.draft)
            raise

    def _write_export(self, connection, name: str) -> list[date]:
        kept = between("session_date", self.days[0], self.days[-1])
        query = f"select distinct session_date from main.{name} where {kept} order by all"
        days = [row[0] for row in connection.execute(query).fetchall()]
        for day in days:
            rows = f"select * from main.{name} where session_date = date {text(day)}"
            path = day_folder(self.candidates, name, day) / "part-0.parquet"
            with whole(path) as draft:
                connection.execute(copy_statement(rows, draft))
        _keep_only(self.candidates / name, {f"date={day}" for day in days})
        return days


def _remove_unfinished(draft: Path) -> None:
    for path in draft.parent.glob(f"{draft.name}*"):
        path.unlink()


def _keep_only(folder: Path, names) -> None:
    """Removes the entries of a folder that nothing accounts for any more."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in names:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
