"""One candidate folder, `<tier>/<export>/date=<day>/`, opened for the rules and nothing else."""

import functools
import hashlib
import json
import re
from datetime import date
from pathlib import Path

from expectations.allowlist import Allowlist, Export
from expectations.verdict import Refusal

MECHANISM_FILE = "mechanism.json"
_FILE = re.compile(r"part-\d{1,6}\.parquet", re.ASCII)
_DAY = re.compile(r"date=(\d{4}-\d{2}-\d{2})", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
_CHUNK_BYTES = 1 << 20


class Candidate:
    """What a rule may ask of a candidate.

    `export` is its entry in the allowlist, None when it has none; `day` the partition, None when
    the folder's name is not a day. SQL sees the rows as the view `candidate`: the columns of the
    files, and `file_number`, `file_row_number` for the order in which they stand.
    """

    def __init__(self, folder: Path, allowlist: Allowlist, today: date) -> None:
        self.folder = Path(folder).absolute()
        self.allowlist = allowlist
        self.today = today
        self.tier = allowlist.tier
        self.export: Export | None = allowlist.exports.get(self.folder.parent.name)
        self.day = _day_of(self.folder.name)

    @property
    def name(self) -> str:
        """The export's name as far as it may be repeated."""
        name = self.folder.parent.name
        return name if _NAME.fullmatch(name) else "(unnamed)"

    @functools.cached_property
    def files(self) -> list[Path]:
        """The Parquet files, in the order of their names."""
        found = [path for path in self.folder.iterdir() if _FILE.fullmatch(path.name)]
        return sorted(found, key=lambda path: (len(path.name), path.name))

    @functools.cached_property
    def unexpected(self) -> int:
        """How many entries of the folder are neither a plain Parquet file nor the record."""
        allowed = {path.name for path in self.files}
        if self.export and self.export.mechanism.needs_record:
            allowed.add(MECHANISM_FILE)
        return sum(
            path.name not in allowed or path.is_symlink() or not path.is_file()
            for path in self.folder.iterdir()
        )

    @functools.cached_property
    def footers(self) -> list:
        """One pyarrow ParquetFile a file, its data unread."""
        import pyarrow.parquet

        return [pyarrow.parquet.ParquetFile(path, memory_map=True) for path in self.files]

    @property
    def rows(self) -> int:
        return sum(footer.metadata.num_rows for footer in self.footers)

    @functools.cached_property
    def record(self) -> dict | None:
        """What a privacy mechanism left beside the files; None when there is nothing of the kind.

        `mechanism.json` holds `tier`, `mechanism`, `epsilon` (spent by this release) and `files`,
        the SHA-256 of each file by name.
        """
        path = self.folder / MECHANISM_FILE
        if path.is_symlink() or not path.is_file():
            return None
        record = json.loads(path.read_bytes())
        return record if isinstance(record, dict) else None

    def digests(self) -> dict[str, str]:
        """The SHA-256 of each Parquet file as it is now, by name."""
        return {path.name: _sha256(path) for path in self.files}

    def count(self, condition: str) -> int:
        """How many rows meet an SQL condition."""
        return self.value(f"select count(*) from candidate where {condition}")

    def value(self, sql: str) -> int:
        return self._connection.execute(sql).fetchone()[0]

    def row(self, sql: str) -> tuple:
        return self._connection.execute(sql).fetchone()

    def refusal(self, rule: str, remedy: str, column: str | None = None, count: int | None = None):
        """A Refusal of this export."""
        return Refusal(rule, self.name, column, count, remedy)

    def close(self) -> None:
        if "_connection" in self.__dict__:
            self._connection.close()

    @functools.cached_property
    def _connection(self):
        """A DuckDB that can open these files, and nothing else."""
        import duckdb

        paths = [str(path) for path in self.files]
        connection = duckdb.connect(":memory:")
        connection.execute("set allowed_paths = $1", [paths])
        for setting in (
            "temp_directory = ''",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "TimeZone = 'UTC'",
            "enable_progress_bar = false",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            connection.execute(f"set {setting}")
        connection.execute(f"create view candidate as {_union(paths)}")
        return connection


def _union(paths: list[str]) -> str:
    selects = (
        f"select *, {number} as file_number from read_parquet({_quoted(path)},"
        " hive_partitioning = false, file_row_number = true)"
        for number, path in enumerate(paths)
    )
    return " union all ".join(selects)


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"


def _day_of(name: str) -> date | None:
    match = _DAY.fullmatch(name)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
