"""The layers behind the static one, each small and alone: does it catch a case by itself?

run time   the result's columns are closed: types, ranges and vocabularies that the case claims
twins      the same typed data under other raw text gives another result
isolation  the case runs where raw columns and files are out of reach
"""

from __future__ import annotations

from functools import cache

import duckdb
from lineage_fixture import RAW_COLUMNS, SCHEMA, TWIN_TEXTS, Attack, fill, shared_twin, twin

from expectations.domains import Bool, Date, Enum, Integer, KeyedHash, Ratio
from expectations.lineage import check_query

_TYPES = {
    "boolean": {"BOOLEAN"},
    "integer": {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "UTINYINT"},
    "double": {"DOUBLE", "FLOAT"},
    "date": {"DATE"},
    "varchar": {"VARCHAR"},
}
LAYERS = ("static", "run time", "twins", "isolation")


def caught_by(attack: Attack) -> dict[str, bool]:
    """Return {layer: whether it catches the case with all other layers off}."""
    connection = _database("random one", attack)
    _prepare(connection, attack)
    return {
        "static": not check_query(connection, attack.sql, raw_columns=RAW_COLUMNS).is_clean,
        "run time": _run_time(connection, attack),
        "twins": _twins(attack),
        "isolation": _isolation(attack),
    }


def _database(name: str, attack: Attack):
    return twin(name) if attack.setup else shared_twin(name)


@cache
def _shared_isolated():
    return _isolated()


def _isolated():
    """Return the database of the exporting process: no raw column, no file, no way to change it."""
    connection = duckdb.connect()
    connection.execute(SCHEMA)
    fill(connection, lambda i: None)
    for table, column in sorted(RAW_COLUMNS):
        connection.execute(f"alter table {table} drop column {column}")
    connection.execute("set enable_external_access = false; set lock_configuration = true")
    return connection


def _prepare(connection, attack: Attack) -> None:
    for statement in attack.setup:
        connection.execute(statement)


def _result(connection, attack: Attack):
    """Return rows, or the kind of error; the order counts."""
    try:
        return connection.execute(attack.sql).fetchall()
    except duckdb.Error as error:
        return type(error).__name__


def _run_time(connection, attack: Attack) -> bool:
    try:
        connection.execute(f"create or replace temp table candidate as {attack.sql}")
    except duckdb.Error:
        # Nothing was built, so nothing is published.
        return True
    columns = connection.execute("describe candidate").fetchall()
    return any(_is_refused(connection, attack, name, kind) for name, kind, *_ in columns)


def _is_refused(connection, attack: Attack, name: str, kind: str) -> bool:
    domain = _domain(attack.claims.get(name, ""))
    if domain is None or kind not in _TYPES[domain.type]:
        return True
    bad = domain.bad(f'"{name}"')
    return bool(connection.execute(f"select count(*) from candidate where {bad}").fetchone()[0])


def _domain(claim: str):
    """Return the domain that an allowlist would give the column; instants have none."""
    closed = {"key": KeyedHash(), "bool": Bool(), "day": Date(), "ratio": Ratio(step=0.001)}
    if claim in closed:
        return closed[claim]
    if ".." in claim:
        low, high = claim.split("..")
        return Integer(minimum=int(low), maximum=int(high))
    return Enum(values=tuple(claim.split("|"))) if "|" in claim else None


def _twins(attack: Attack) -> bool:
    results = []
    for name in TWIN_TEXTS:
        connection = _database(name, attack)
        try:
            _prepare(connection, attack)
        except duckdb.Error:
            results.append("no setup")
            continue
        results.append(_result(connection, attack))
    return any(result != results[0] for result in results)


def _isolation(attack: Attack) -> bool:
    """Tell whether the case fails where the exporting process runs."""
    connection = _isolated() if attack.setup else _shared_isolated()
    try:
        _prepare(connection, attack)
        connection.execute(attack.sql).fetchall()
    except duckdb.Error:
        return True
    return False
