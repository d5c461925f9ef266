"""Prefect's own records, in a database with the server's own tables and foreign keys."""

import os
import sqlite3
from datetime import date, datetime

import pytest

from flows.adapters.purge_prefect import _TABLES
from flows.purge_expired import purge_expired
from flows.verifier.instants import _DEFINITIONS
from flows.verifier.residue import files_with_any

OLDEST_KEPT = date(2026, 3, 2)
EXPIRED = date(2026, 3, 1)
SCHEMA = """
    CREATE TABLE flow (id TEXT PRIMARY KEY, created DATETIME);
    CREATE TABLE deployment (id TEXT PRIMARY KEY, created DATETIME);
    CREATE TABLE flow_run (id TEXT PRIMARY KEY, created DATETIME, parameters JSON);
    CREATE TABLE flow_run_state (
        id TEXT PRIMARY KEY, flow_run_id TEXT REFERENCES flow_run (id) ON DELETE CASCADE,
        timestamp DATETIME, message TEXT);
    CREATE TABLE log (id TEXT, timestamp DATETIME, message TEXT);
    CREATE TABLE events (id TEXT, occurred DATETIME, payload JSON);
    CREATE TABLE artifact (id TEXT, created DATETIME, data JSON);
"""
CANARY = "a-message-of-an-expired-run"
KEPT = "a-message-of-a-kept-run"


@pytest.fixture
def database(store):
    path = store.home / "prefect" / "prefect.db"
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(SCHEMA)
        connection.execute("INSERT INTO flow VALUES ('f', '2020-01-01 00:00:00.000000')")
        connection.execute("INSERT INTO deployment VALUES ('d', '2020-01-01 00:00:00.000000')")
        for day, word in ((EXPIRED, CANARY), (OLDEST_KEPT, KEPT)):
            at = f"{day} 00:00:00.000000"
            connection.execute("INSERT INTO flow_run VALUES (?, ?, ?)", (str(day), at, word))
            connection.execute(
                "INSERT INTO flow_run_state VALUES (?, ?, ?, ?)", (str(day), str(day), at, word)
            )
            for table in ("log", "events", "artifact"):
                connection.execute(f"INSERT INTO {table} VALUES (?, ?, ?)", (str(day), at, word))
    connection.close()
    return path


def rows(path, table: str) -> int:
    with sqlite3.connect(path) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_expired_records_are_gone_from_every_byte(database):
    purge_expired("shared", "today")
    assert files_with_any(database.parent, [CANARY]) == []
    assert files_with_any(database.parent, [KEPT]) == [database]


@pytest.mark.parametrize("table", ["flow_run", "flow_run_state", "log", "events", "artifact"])
def test_records_on_the_cutoff_stay(database, table):
    purge_expired("shared", "today")
    assert rows(database, table) == 1


def test_definitions_stay_however_old_they_are(database):
    purge_expired("shared", "today")
    assert rows(database, "flow") == 1 and rows(database, "deployment") == 1


def test_records_are_purged_while_a_server_has_the_database_open(database):
    server = sqlite3.connect(database)
    server.execute("SELECT count(*) FROM log").fetchall()
    purge_expired("shared", "today")
    assert CANARY.encode() not in b"".join(p.read_bytes() for p in database.parent.iterdir())
    server.close()


def test_every_table_of_prefect_is_purged_or_known_to_be_a_definition():
    from prefect.server.database import orm_models

    tables = {
        table.name: {column.name for column in table.columns}
        for table in orm_models.Base.metadata.sorted_tables
    }
    assert set(tables) - _DEFINITIONS == set(_TABLES)
    assert all(column in tables[table] for table, column in _TABLES.items())


def test_expired_files_of_the_storage_folder_go(store, database):
    old, new = (store.write(f"prefect/storage/{name}", "x") for name in ("old", "new"))
    moment = datetime(EXPIRED.year, EXPIRED.month, EXPIRED.day, 12).timestamp()
    os.utime(old, (moment, moment))
    purge_expired("shared", "today")
    assert (old.exists(), new.exists()) == (False, True)


def test_a_purged_home_of_prefects_own_is_found_by_its_variable(store, database, monkeypatch):
    elsewhere = store.home.parent / "elsewhere"
    database.parent.rename(elsewhere)
    monkeypatch.setenv("PREFECT_HOME", str(elsewhere))
    purge_expired("shared", "today")
    assert rows(elsewhere / "prefect.db", "log") == 1
