"""How a DuckDB connection is opened and then locked: statements in order, the lock last.

After them the connection reads the views' files and what is below the named folders only, whatever
the SQL says: no other file, no other database, no extension, no setting. DuckDB resolves paths
before it compares them, so that neither `..` nor a symbolic link leads out; a second name of a text
file beside the views' files is none of them.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple


class View(NamedTuple):
    """A view of Parquet files. Without files it has its columns (name → type) and no row."""

    schema: str
    name: str
    columns: Mapping[str, str]
    files: tuple[Path, ...] = ()
    where: str = "true"


class Limits(NamedTuple):
    """`spill` is the folder of a connection's own for what does not fit into `memory`."""

    spill: Path
    memory: str = "2GB"
    threads: int = 2


def opening_statements(
    views: Iterable[View], folders: Iterable[Path], limits: Limits
) -> tuple[str, ...]:
    """The views, then the limits, then the lock on the views' files, `folders` and the spill
    folder."""
    views = list(views)
    schemas = sorted({view.schema for view in views})
    return (
        *(f"create schema if not exists {_name(schema)}" for schema in schemas),
        *map(view_statement, views),
        *_lock_statements(folders, {file for view in views for file in view.files}, limits),
    )


def view_statement(view: View) -> str:
    """`create or replace view` over the explicit list of files."""
    target = f"{_name(view.schema)}.{_name(view.name)}"
    return f"create or replace view {target} as {_select(view)}"


def copy_statement(query: str, path: Path) -> str:
    """`query` into one Parquet file, its rows in the order of all columns: same rows, same bytes.

    Answers with the number of rows.
    """
    target = f"{text(path)} (format parquet, compression zstd)"
    return f"copy (select * from ({query}\n) order by all) to {target}"


def between(column: str, first: date, last: date) -> str:
    """Rows of the days `first` … `last`."""
    return f"{_name(column)} between date '{first}' and date '{last}'"


def text(value: object) -> str:
    """A string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def _select(view: View) -> str:
    if not view.files:
        columns = ", ".join(f"null::{kind} as {_name(name)}" for name, kind in view.columns.items())
        return f"select {columns} where false"
    columns = ", ".join(map(_name, view.columns))
    source = f"read_parquet({_texts(view.files)}, hive_partitioning = false)"
    return f"select {columns} from {source} where {view.where}"


def _lock_statements(
    folders: Iterable[Path], files: Iterable[Path], limits: Limits
) -> tuple[str, ...]:
    return (
        f"set global threads = {limits.threads}",
        f"set global memory_limit = {text(limits.memory)}",
        "set global timezone = 'UTC'",
        f"set global temp_directory = {text(limits.spill)}",
        f"set global allowed_paths = {_texts(sorted(files))}",
        f"set global allowed_directories = {_texts(sorted({*folders, limits.spill}))}",
        "set global autoinstall_known_extensions = false",
        "set global autoload_known_extensions = false",
        "set global enable_external_access = false",
        "set global lock_configuration = true",
    )


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _texts(values: Iterable[object]) -> str:
    return "[" + ", ".join(map(text, values)) + "]"
