"""What releases drew, kept so that it is never drawn again: `state/<tier>/draws/<export>/date=…/`.

A draw is a candidate in the making: `part-0.parquet` and, written last, `mechanism.json` with the
file's SHA-256. `operator.json` beside them has exact counts and never leaves. The folder's day is
the window's first, so that a draw is purged with the oldest session that it was made of.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from flows.adapters.exports import MECHANISM_RECORD, sha256_of
from flows.adapters.files import whole, write_whole
from flows.adapters.landing import arrow_schema, day_folder
from flows.policy.locked import text

_PART = "part-0.parquet"
_OPERATOR = "operator.json"


class Draws:
    def __init__(self, home: Path, tier: str) -> None:
        self.root = home / "state" / tier / "draws"
        self.candidates = home / "candidates" / tier

    def write(
        self, export: str, day: date, columns: Mapping[str, str], rows: list[tuple], record: dict
    ) -> None:
        """Writes a draw; `columns` maps name to DuckDB type, `record` lacks only its files."""
        folder = self._folder(export, day)
        (folder / MECHANISM_RECORD).unlink(missing_ok=True)
        _write_rows(folder / _PART, columns, rows)
        files = {_PART: sha256_of(folder / _PART)}
        document = json.dumps(record | {"files": files}, indent=1, sort_keys=False)
        write_whole(folder / MECHANISM_RECORD, document.encode())

    def digest(self, export: str, day: date) -> str | None:
        """The SHA-256 of the draw's record; None unless the draw is whole."""
        record = self.record(export, day)
        if record is None:
            return None
        return hashlib.sha256(
            (self._folder(export, day) / MECHANISM_RECORD).read_bytes()
        ).hexdigest()

    def record(self, export: str, day: date) -> dict | None:
        folder = self._folder(export, day)
        try:
            record = json.loads((folder / MECHANISM_RECORD).read_bytes())
            is_whole = record["files"] == {_PART: sha256_of(folder / _PART)}
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return record if is_whole else None

    def note_count(self, export: str, day: date, session_count: int) -> None:
        """For the operator: sessions when drawn, and now; later ones are counted, not released."""
        path = self._folder(export, day) / _OPERATOR
        try:
            drawn = json.loads(path.read_bytes())["session_count_drawn"]
        except (OSError, ValueError, KeyError):
            drawn = session_count
        counts = {"session_count_drawn": drawn, "session_count_now": session_count}
        content = json.dumps(counts).encode()
        if not path.exists() or path.read_bytes() != content:
            write_whole(path, content)

    def make_candidate(self, export: str, day: date) -> None:
        """Puts the draw where the gate looks, and nothing else beside it."""
        target = day_folder(self.candidates, export, day)
        for name in (_PART, MECHANISM_RECORD):
            source = self._folder(export, day) / name
            if not _is_same(source, target / name):
                with whole(target / name) as draft:
                    shutil.copyfile(source, draft)
        for path in target.iterdir():
            if path.name not in (_PART, MECHANISM_RECORD):
                _remove(path)

    def remove(self, export: str, day: date) -> None:
        """Takes a draw back, with the candidate made of it; it is not drawn again if charged."""
        for folder in (day_folder(self.candidates, export, day), self._folder(export, day)):
            if folder.exists():
                shutil.rmtree(folder)

    def keep_candidates(self, vouched: set[tuple[str, date]]) -> None:
        """Removes every candidate that no charged draw vouches for."""
        kept = {day_folder(self.candidates, export, day) for export, day in vouched}
        for path in sorted(self.candidates.glob("*/*")):
            if path not in kept:
                _remove(path)

    def _folder(self, export: str, day: date) -> Path:
        return day_folder(self.root, export, day)


def _write_rows(path: Path, columns: Mapping[str, str], rows: list[tuple]) -> None:
    """With DuckDB's COPY, which writes columns and nothing beside them; rows keep their order."""
    import duckdb
    import pyarrow as pa

    schema = arrow_schema(dict(columns))
    values = zip(*rows, strict=True)
    arrays = [
        pa.array(list(column), field.type) for column, field in zip(values, schema, strict=True)
    ]
    with duckdb.connect() as connection, whole(path) as draft:
        connection.register("drawn", pa.table(arrays, schema=schema))
        connection.execute(f"copy drawn to {text(draft)} (format parquet)")


def _is_same(source: Path, target: Path) -> bool:
    is_plain = target.is_file() and not target.is_symlink()
    return is_plain and source.read_bytes() == target.read_bytes()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
