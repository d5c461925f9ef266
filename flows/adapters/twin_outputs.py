"""What two builds left behind, compared: candidates by their bytes, tables by their columns."""

import hashlib
from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.adapters.spill import spill_folder
from flows.policy.locked import Limits, opening_statements, text


class Outputs(NamedTuple):
    """A built warehouse file, and the candidates: path below their folder → SHA-256."""

    warehouse: Path
    candidates: dict[str, str]


class Difference(NamedTuple):
    """A table or export that two builds do not agree in. Without `columns` it is one of only one
    build, or its rows differ as wholes."""

    place: str
    columns: tuple[str, ...] = ()


def keep_outputs(warehouse: Path, candidates: Path, kept: Path) -> Outputs:
    """Moves a build's warehouse to `kept`, out of the way of the next build."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    return Outputs(warehouse.replace(kept), _digests(candidates))


def differences(first: Outputs, second: Outputs, spill: Path) -> list[Difference]:
    """Every table of the two warehouses, and every candidate file."""
    with spill_folder(spill), duckdb.connect() as connection:
        for name, outputs in (("first", first), ("second", second)):
            connection.execute(f"attach {text(outputs.warehouse)} as {name}_build (read_only)")
        for statement in opening_statements([], [], Limits(spill)):
            connection.execute(statement)
        found = list(_differing_tables(connection))
    exports = {
        place.split("/")[0] for place, _ in first.candidates.items() ^ second.candidates.items()
    }
    named = {each.place for each in found}
    return found + [Difference(export) for export in sorted(exports - named)]


def _differing_tables(connection):
    first, second = _tables(connection, "first_build"), _tables(connection, "second_build")
    for table in sorted(first.keys() | second.keys()):
        if first.get(table) != second.get(table):
            yield Difference(table)
        elif _is_different(connection, table, "*"):
            columns = (c for c in first[table] if _is_different(connection, table, f'"{c}"'))
            yield Difference(table, tuple(columns))


def _tables(connection, database: str) -> dict[str, list[str]]:
    """Tables of schema main with their columns; views are what tables were made of."""
    rows = connection.execute(
        "select table_name, list(column_name order by column_index) from duckdb_columns() "
        "where database_name = ? and schema_name = 'main' and table_name in "
        "(select table_name from duckdb_tables() where database_name = ?) group by all",
        [database, database],
    )
    return dict(rows.fetchall())


def _is_different(connection, table: str, columns: str) -> bool:
    """Whether the two have other rows, counting each as often as it is there."""
    sides = [f'select {columns} from {name}_build.main."{table}"' for name in ("first", "second")]
    return any(
        connection.execute(f"select 1 from ({a} except all {b}) limit 1").fetchone()
        for a, b in (sides, sides[::-1])
    )


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }
