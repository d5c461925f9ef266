"""The warehouse and the candidates that process 2 makes of a landing."""

from datetime import date

import duckdb
import pytest


def _name(value: str) -> str:
    return bytes.fromhex(value).rstrip(b"\0").decode()


@pytest.fixture(scope="module")
def sessions(built) -> dict[str, dict]:
    """session name → its row of the export, as the candidate file has it."""
    path = built.home / "candidates/opt_in/training_sessions/date=2026-03-30/part-0.parquet"
    relation = duckdb.sql(f"select * from read_parquet('{path}', hive_partitioning = false)")
    rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    return {_name(row["session_key"]): row for row in rows}


def _query(built, sql: str) -> list[tuple]:
    with duckdb.connect(built.home / "warehouse/opt_in.duckdb", read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_only_sessions_of_accounts_that_agree_leave(built, sessions):
    kept = {_name(row[0]) for row in _query(built, "select session_key from stg_sessions")}
    assert "revoked" in kept
    assert "revoked" not in sessions


def test_a_session_whose_first_day_is_past_the_limit_is_not_seen(built):
    kept = {_name(row[0]) for row in _query(built, "select session_key from stg_sessions")}
    assert kept == {"busy", "resumed", "quiet", "revoked"}


def test_acts_of_the_user_become_bits(sessions):
    busy = sessions["busy"]
    assert busy["is_interrupted"] and busy["interruption_count"] == 1
    assert busy["is_tool_rejected"] and busy["tool_rejection_count"] == 1
    assert not busy["is_plan_approved"]


def test_a_session_without_an_act_stays_with_false_and_zero(sessions):
    quiet = sessions["quiet"]
    assert quiet["is_interrupted"] is False
    assert quiet["tool_edit_bucket"] == "0"
    assert quiet["turn_bucket"] == "1"


def test_what_is_not_known_is_null_not_false(sessions):
    quiet = sessions["quiet"]
    unknown = ("experiment", "model_family", "client_major", "output_token_bucket")
    assert all(quiet[name] is None for name in unknown)
    assert sessions["resumed"]["has_repeated_prompt"] is None


def test_words_leave_as_buckets_and_flags_only(sessions):
    assert sessions["busy"]["has_repeated_prompt"] is True
    assert sessions["busy"]["first_prompt_length_bucket"] == "20-99"
    assert sessions["quiet"]["longest_prompt_length_bucket"] == "1-19"


def test_a_record_that_a_resumed_session_repeats_counts_in_the_first_one(built):
    counts = dict(_query(built, "select session_key, count(*) from stg_events group by all"))
    assert {_name(session): count for session, count in counts.items()} == {
        "busy": 7,
        "resumed": 1,
        "quiet": 1,
        "revoked": 1,
    }


def test_a_checkpoint_that_has_come_leaves_in_hundredths(sessions):
    assert sessions["busy"]["code_survival_1h_ratio"] == 0.88
    assert sessions["busy"]["code_survival_1d_ratio"] is None


def test_a_session_carries_the_variant_of_its_account(sessions):
    assert sessions["busy"]["variant"] == "treatment"


def test_rows_stand_in_the_order_of_their_keys(built):
    path = built.home / "candidates/opt_in/training_sessions/date=2026-03-30/part-0.parquet"
    keys = [row[0] for row in duckdb.sql(f"select session_key from '{path}'").fetchall()]
    assert keys == sorted(keys)


def test_nothing_but_the_warehouse_and_the_candidates_is_left_behind(built):
    found = {path.name for path in (built.home / "warehouse").iterdir()}
    assert found == {"opt_in.duckdb", ".spill"}
    assert not list((built.home / "warehouse/.spill").iterdir())
    assert not list((built.home / "candidates").rglob(".*"))


def test_candidates_of_days_without_rows_are_removed_and_the_others_keep_their_bytes(built):
    folder = built.home / "candidates/opt_in"
    path = folder / "training_sessions/date=2026-03-30/part-0.parquet"
    before = path.read_bytes()
    for gone in ("training_sessions/date=2026-03-05", "no_export_any_more/date=2026-03-30"):
        (folder / gone).mkdir(parents=True)
        (folder / gone / "part-0.parquet").write_bytes(before)
    assert built.warehouse().write_candidates() == {"training_sessions": 1}
    assert path.read_bytes() == before
    left = sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*.parquet"))
    assert left == ["training_sessions/date=2026-03-30/part-0.parquet"]


def test_rows_past_the_limit_do_not_become_candidates(built, tmp_path):
    warehouse = built.warehouse(today=date(2026, 4, 29))
    warehouse.candidates = tmp_path / "candidates"
    assert warehouse.write_candidates() == {"training_sessions": 0}
