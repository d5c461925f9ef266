"""Process 1: the only one that opens raw/. Runs models/declassified/ a day at a time.

dbt is not started: its SQL is compiled once per version of the project. Everything runs in an
in-memory DuckDB that is locked to the tier's landing; what it spills stays in the raw zone.
"""

import hashlib
import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import msgspec

from flows.adapters.compiled_models import CompiledModels, load_compiled
from flows.adapters.files import remove_drafts, whole, write_whole
from flows.adapters.landing import broken_shard, broken_shards, day_folder
from flows.adapters.landing_views import day_files, landing_view
from flows.adapters.spill import spill_folder
from flows.policy.errors import WinnowError
from flows.policy.locked import Limits, View, copy_statement, opening_statements, view_statement
from flows.policy.places import raw_spill
from flows.policy.schemas import RAW
from flows.policy.windows import window_dates

# A prompt is compared with the one before it, which may be of the evening before.
_CONTEXT = timedelta(days=1)
_READ = ("events", "raw")
_FILE = "part-0.parquet"
_MEMORY = "1GB"


class Declassifier:
    """One tier's landing below `home`, as of `today`."""

    def __init__(self, home: Path, project: Path, tier: str, today: date) -> None:
        self.home, self.project, self.tier = home, project, tier
        self.landing = home / "landing" / tier
        self.state = home / "state" / tier / "declassified.json"
        self.days = window_dates(today)

    def run(self) -> dict[str, int]:
        """Declassifies the days whose landing or models changed since; returns counts of days.

        The rest is left as it is, so that a rerun costs nothing and writes the same bytes. Raises
        WinnowError naming the model and the day that failed.
        """
        landed = [day for day in self.days if day_files(self.landing / "events", [day])]
        self._remove_all_but(landed)
        if not landed:
            return {"days": 0, "unchanged": 0}
        models = load_compiled(self.home, self.project, self.tier)
        self._remove_dropped_models(models)
        current = {day: self._signature(models.digest, day) for day in landed}
        done = {day: sign for day, sign in self._load().items() if current.get(day) == sign}
        stale = [day for day in landed if day not in done]
        self._save(done)
        if stale:
            self._declassify(models, stale, current, done)
        return {"days": len(stale), "unchanged": len(landed) - len(stale)}

    def _declassify(self, models: CompiledModels, days: list[date], current: dict, done: dict):
        spill = raw_spill(self.landing)
        with spill_folder(spill), duckdb.connect(":memory:") as connection:
            limits = Limits(spill, memory=_MEMORY)
            views = self._views(days[0])
            folders = [self.landing / name for name in (*_READ, "declassified")]
            for statement in opening_statements(views, folders, limits):
                connection.execute(statement)
            for model in models.views:
                # In brackets a model is one query, whatever it holds.
                connection.execute(f"create view main.{model.name} as from ({model.sql}\n)")
            for day in days:
                self._declassify_day(connection, models, day)
                done[day] = current[day]
                self._save(done)

    def _declassify_day(self, connection, models: CompiledModels, day: date) -> None:
        for view in self._views(day):
            connection.execute(view_statement(view))
        for model in models.doors:
            columns = ", ".join(f"{name}::{kind} as {name}" for name, kind in model.columns.items())
            query = f"select {columns} from ({model.sql}\n) where event_date = date '{day}'"
            path = day_folder(self.landing / "declassified", model.name, day) / _FILE
            try:
                _write(connection, query, path)
            except duckdb.Error as error:
                raise self._failure(model.name, day, type(error).__name__) from None

    def _failure(self, model: str, day: date, kind: str) -> WinnowError:
        """DuckDB's message quotes the text that it failed on: only its kind is kept."""
        days = [day - _CONTEXT, day]
        files = [path for name in _READ for path in day_files(self.landing / name, days)]
        if broken := broken_shards(files):
            return broken_shard(broken[0])
        return WinnowError(
            f"{model} failed on {day} of {self.tier} ({kind})",
            remedy=f"`winnow build --sample --select {model}` runs it on synthetic data; nothing "
            "of the day was replaced",
        )

    def _views(self, day: date) -> list[View]:
        """What a day's models may see: its events and text, and the day before."""
        days = [day - _CONTEXT, day]
        events = landing_view(self.landing, "events", self.days)
        return [
            events._replace(files=day_files(self.landing / "events", days)),
            View("raw", "raw", RAW, day_files(self.landing / "raw", days)),
        ]

    def _signature(self, digest: str, day: date) -> str:
        """Changes when a model or a file that the day's models read has changed or gone."""
        files = [
            (name, path.parent.name, path.name, path.stat().st_size, path.stat().st_mtime_ns)
            for name in _READ
            for path in day_files(self.landing / name, [day - _CONTEXT, day])
        ]
        return hashlib.sha256(repr((digest, files)).encode()).hexdigest()

    def _remove_all_but(self, landed: list[date]) -> None:
        """What was let out of text that is gone goes too."""
        kept = {f"date={day}" for day in landed}
        for folder in (self.landing / "declassified").glob("*/date=*"):
            if folder.name not in kept:
                shutil.rmtree(folder)
        remove_drafts(self.landing / "declassified")

    def _remove_dropped_models(self, models: CompiledModels) -> None:
        names = {model.name for model in models.doors}
        for folder in (self.landing / "declassified").glob("*"):
            if folder.name not in names:
                shutil.rmtree(folder)

    def _load(self) -> dict[date, str]:
        if not self.state.exists():
            return {}
        return msgspec.json.decode(self.state.read_bytes(), type=dict[date, str])

    def _save(self, done: dict[date, str]) -> None:
        write_whole(self.state, msgspec.json.encode(dict(sorted(done.items()))))


def _write(connection, query: str, path: Path) -> None:
    """The query's rows as one file; no file where there is none."""
    with whole(path) as draft:
        (count,) = connection.execute(copy_statement(query, draft)).fetchone()
    if count == 0:
        path.unlink()
