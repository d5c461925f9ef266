"""DELETE leaves rows readable in a DuckDB file; a rebuilt one holds nothing of them."""

import os
from datetime import date, datetime

import duckdb
import pytest

from flows.adapters.purge_duckdb import rebuild, warehouse_places
from flows.policy.errors import WinnowError
from flows.verifier.residue import files_with_any

TODAY = date(2026, 3, 31)
OLDEST_KEPT = date(2026, 3, 2)
EXPIRED = date(2026, 3, 1)
CANARY = "a-canary-that-only-expired-rows-hold"
KEPT = "a-word-of-rows-that-stay"


@pytest.fixture
def warehouse(tmp_path):
    path = tmp_path / "warehouse" / "opt_in.duckdb"
    path.parent.mkdir()
    run(path, f"""
        SET force_compression = 'uncompressed';
        CREATE SCHEMA marts;
        CREATE TABLE marts.sessions (session_key VARCHAR, session_date DATE, assigned_date DATE);
        INSERT INTO marts.sessions
            SELECT '{CANARY}-' || i, DATE '{EXPIRED}', DATE '2025-01-01' FROM range(500) AS t (i)
            UNION ALL
            SELECT '{KEPT}-' || i, DATE '{OLDEST_KEPT}', DATE '2025-01-01' FROM range(500) AS t (i);
        CREATE TABLE totals AS SELECT count(*) AS sessions FROM marts.sessions;
        CREATE VIEW marts.latest AS SELECT * FROM marts.sessions;
        CREATE VIEW later AS SELECT * FROM marts.latest;
        CREATE VIEW over_files AS SELECT 1 AS one FROM totals;
    """)  # fmt: skip
    return path


def run(path, sql: str) -> list:
    with duckdb.connect(str(path)) as connection:
        return connection.execute(sql).fetchall()


def test_delete_alone_leaves_the_rows_in_the_file(warehouse):
    run(warehouse, f"DELETE FROM marts.sessions WHERE session_date = '{EXPIRED}'; CHECKPOINT;")
    assert CANARY.encode() in warehouse.read_bytes()


def test_nothing_of_an_expired_row_is_in_the_rebuilt_file(warehouse):
    rebuild(warehouse, TODAY)
    assert files_with_any(warehouse.parent, [CANARY]) == []
    assert files_with_any(warehouse.parent, [KEPT]) == [warehouse]


def test_rows_deleted_earlier_are_not_in_the_rebuilt_file_either(warehouse):
    run(warehouse, f"DELETE FROM marts.sessions WHERE session_date = '{EXPIRED}'")
    rebuild(warehouse, TODAY)
    assert files_with_any(warehouse.parent, [CANARY]) == []


def test_rows_on_the_cutoff_are_kept_with_their_schema(warehouse):
    rebuild(warehouse, TODAY)
    found = run(warehouse, "SELECT session_date, count(*) FROM marts.sessions GROUP BY 1")
    assert found == [(OLDEST_KEPT, 500)]


def test_a_date_of_the_account_does_not_expire_a_session(warehouse):
    rebuild(warehouse, TODAY)
    assert warehouse_places(warehouse.parent.parent, "opt_in", TODAY) == []


def test_an_aggregate_without_a_day_goes_and_so_does_a_view_over_it(warehouse):
    rebuild(warehouse, TODAY)
    tables = run(warehouse, "SELECT table_name FROM information_schema.tables ORDER BY 1")
    assert tables == [("later",), ("latest",), ("sessions",)]


def test_the_old_file_its_log_and_the_drafts_are_gone(warehouse):
    log = warehouse.with_name("opt_in.duckdb.wal")
    inode = warehouse.stat().st_ino
    rebuild(warehouse, TODAY)
    assert not log.exists() and warehouse.stat().st_ino != inode
    assert list(warehouse.parent.iterdir()) == [warehouse]


def test_a_warehouse_is_planned_when_its_oldest_row_is_expired(warehouse):
    (place,) = warehouse_places(warehouse.parent.parent, "opt_in", TODAY)
    assert (place.kind, place.day) == ("warehouse", EXPIRED)


def test_a_warehouse_that_is_no_database_is_a_clear_error(warehouse):
    warehouse.write_bytes(b"not a database at all, by far")
    with pytest.raises(WinnowError, match="cannot be opened"):
        warehouse_places(warehouse.parent.parent, "opt_in", TODAY)


def test_a_warehouse_of_which_no_row_is_kept_goes_whole(warehouse):
    run(warehouse, f"DELETE FROM marts.sessions WHERE session_date = '{OLDEST_KEPT}'")
    rebuild(warehouse, TODAY)
    assert list(warehouse.parent.iterdir()) == []


def test_a_warehouse_without_any_day_goes_by_its_last_change(warehouse):
    run(warehouse, "DROP TABLE marts.sessions")
    moment = datetime(EXPIRED.year, EXPIRED.month, EXPIRED.day, 12).timestamp()
    assert warehouse_places(warehouse.parent.parent, "opt_in", TODAY) == []
    os.utime(warehouse, (moment, moment))
    (place,) = warehouse_places(warehouse.parent.parent, "opt_in", TODAY)
    assert place.day == EXPIRED
