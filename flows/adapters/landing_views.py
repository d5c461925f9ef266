"""Which landed files a connection sees: views over the explicit files of the kept days."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from flows.adapters.landing import day_folder
from flows.adapters.model_contracts import contracts
from flows.policy.locked import View, between
from flows.policy.schemas import LANDING

TYPED_DATASETS = (*LANDING, "declassified")
_BY_DAY = {"events", "bits"}
_KEPT_BY = {"events": "session_date", "bits": "session_date", "survival": "checked_date"}


def typed_views(landing: Path, project: Path, days: list[date]) -> list[View]:
    """Views over a tier's typed landing of `days` (oldest first), none over raw/.

    A session whose first day is not kept is not seen, whatever is left of its later days.
    """
    folders = [landing_view(landing, name, days) for name in LANDING]
    return folders + [
        View("declassified", name, columns, day_files(landing / "declassified" / name, days))
        for name, columns in contracts(project, "declassified").items()
    ]


def landing_view(landing: Path, name: str, days: list[date]) -> View:
    """One dataset of schema `landing`: of the kept days where it is cut by day, else all of it."""
    folder = landing / name
    files = day_files(folder, days) if name in _BY_DAY else files_of(folder)
    column = _KEPT_BY.get(name)
    where = between(column, days[0], days[-1]) if column else "true"
    return View("landing", name, LANDING[name], files, where)


def day_files(folder: Path, days: Iterable[date]) -> tuple[Path, ...]:
    """The Parquet files of those days' partitions, in order."""
    return tuple(
        path for day in days for path in files_of(day_folder(folder.parent, folder.name, day))
    )


def files_of(folder: Path) -> tuple[Path, ...]:
    """The whole Parquet files of a folder; drafts and links are none."""
    return tuple(
        path
        for path in sorted(folder.glob("*.parquet"))
        if not path.name.startswith(".") and path.is_file() and not path.is_symlink()
    )
