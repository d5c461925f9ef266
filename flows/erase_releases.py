"""Erased sessions in what was released, or is about to be.

Rows of the opt-in tier are released anew without them, through the gate, with a manifest that names
what it supersedes and what to drop from copies. What left through noise is never recomputed
(`flows.policy.erasure.fate_of`).
"""

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path

from flows.adapters.draws import Draws
from flows.adapters.exports import ExportStore
from flows.adapters.ledger import Ledger
from flows.export_days import Release, check_day, publish_day, withdraw_day
from flows.policy.accounting import charge_of
from flows.policy.erasure import is_withdrawn_draw
from flows.policy.locked import copy_statement
from flows.policy.release_windows import Window
from flows.policy.releases import Outcome
from flows.policy.retention import Place

_PART = "part-0.parquet"


def release_places(home: Path, tier: str, sessions: Collection[str], day: date) -> Iterator[Place]:
    """Candidates and published files with a row of the sessions."""
    for zone in ("candidates", "exports"):
        for path in sorted((home / zone / tier).glob("*/date=*/*.parquet")):
            if sessions_in_file(path).intersection(sessions):
                yield _place(zone, home, path, day)


def sessions_in_file(path: Path) -> set[str]:
    """Session keys of a candidate or a released file; none where its rows are of groups."""
    import pyarrow.parquet as pq

    if "session_key" not in pq.read_schema(path).names:
        return set()
    return set(pq.read_table(path, columns=["session_key"])["session_key"].to_pylist())


def remove_candidates(home: Path, places: Iterable[Place]) -> None:
    """The next build makes them again; a release that holds the rows is written anew by itself."""
    for place in places:
        path = home / place.reference
        path.unlink(missing_ok=True)
        if path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()


def release_anew(release: Release, places: Iterable[Place], sessions: Collection[str]) -> int:
    """Releases each day of the places without the sessions, or withdraws it where no row is left
    or the gate refuses. Returns how many were withdrawn."""
    days = sorted({_named(place) for place in places})
    return sum(_release_anew(release, name, day, sessions) for name, day in days)


def _release_anew(release: Release, name: str, day: date, sessions: Collection[str]) -> bool:
    store = release.store
    document = store.manifest(name, day)
    files = [
        store.export_folder(name, day) / each["name"] for each in (document or {}).get("files", ())
    ]
    if files and _write_candidate(store.candidate_folder(name, day) / _PART, files, sessions):
        check = check_day(release, name, day)
        if check.outcome is Outcome.PUBLISHED:
            publish_day(release, name, check)
            return False
    withdraw_day(release, name, day)
    return True


def _write_candidate(target: Path, files: list[Path], sessions: Collection[str]) -> int:
    """Writes the files' other rows as the build would, and nothing beside them; the row count."""
    import duckdb
    import pyarrow as pa

    from flows.adapters.files import whole

    for path in target.parent.glob("*"):
        path.unlink()
    gone = pa.table({"session_key": pa.array(sorted(sessions), pa.string())})
    with duckdb.connect(":memory:") as connection:
        connection.register("gone", gone)
        connection.from_parquet([str(path) for path in files]).create_view("released")
        kept = "select * from released where session_key not in (select session_key from gone)"
        with whole(target) as draft:
            (count,) = connection.execute(copy_statement(kept, draft)).fetchone()
    if not count:
        target.unlink()
    return count


def draw_places(home: Path, tier: str, days: Collection[date], today: date) -> Iterator[Place]:
    """Draws that sessions of those days may have gone into and that are taken back."""
    root = home / "state" / tier / "draws"
    if not days or not root.is_dir():
        return
    charges = Ledger(home, tier).charges()
    for path in sorted(root.glob("*/date=*/mechanism.json")):
        record = json.loads(path.read_bytes())
        first, last = (date.fromisoformat(record["window"][name]) for name in ("first", "last"))
        charge = charge_of(charges, record["export"], Window(first, last))
        if is_withdrawn_draw(record, charge is not None, days):
            yield _place("state/draws", home, path, today)


def withdraw_draws(home: Path, tier: str, places: Iterable[Place]) -> None:
    """The release first, then what it was made from; the charge stays: what was said was said."""
    store, draws = ExportStore(home, tier), Draws(home, tier)
    for place in places:
        name, day = _named(place)
        store.withdraw(name, day)
        draws.remove(name, day)


def _named(place: Place) -> tuple[str, date]:
    """Export and day of `…/<export>/date=<day>/<file>`."""
    *_, name, folder, _ = place.reference.split("/")
    return name, date.fromisoformat(folder.removeprefix("date="))


def _place(kind: str, home: Path, path: Path, day: date) -> Place:
    status = path.stat()
    reference = path.relative_to(home).as_posix()
    return Place(kind, reference, day, status.st_size, str(status.st_mtime_ns))
