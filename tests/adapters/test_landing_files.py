"""Landing's shards, key files, locks and whole files, at the edge where processes die."""

import multiprocessing
import os
from datetime import date, datetime

import pyarrow.parquet as pq
import pytest

from flows.adapters.files import remove_drafts, whole, write_whole
from flows.adapters.keys import KeyRing
from flows.adapters.landing import ROW, ShardWriter, drop_objects, drop_shards_except
from flows.adapters.locks import tier_lock
from flows.policy.errors import WinnowError
from flows.policy.schemas import RAW

DAY, NEXT = date(2026, 3, 30), date(2026, 3, 31)


def columns(key: str, object_key: str, text: str | None, day: date = DAY) -> list[list]:
    """One event as columns."""
    values = {
        "event_key": key, "object_key": object_key, "session_date": DAY, "event_date": day,
        "event_at": datetime(2026, 3, 30, 9), "block_ordinal": 0, "kind": "prompt",
        "raw__text": text,
    }  # fmt: skip
    return [[values.get(name)] for name in ROW]


def write_shard(landing, name: str, *rows: tuple) -> None:
    with ShardWriter(landing, name) as writer:
        for row in rows:
            writer.add(columns(*row), 5)


def test_a_shard_is_cut_by_day_and_only_rows_with_text_stand_in_raw(tmp_path):
    write_shard(tmp_path, "s1", ("e1", "o1", "words"), ("e2", "o1", None), ("e3", "o1", None, NEXT))
    found = {
        (path.parts[-3], path.parts[-2]): pq.read_table(path)["event_key"].to_pylist()
        for path in tmp_path.rglob("*.parquet")
    }
    assert found == {
        ("events", f"date={DAY}"): ["e1", "e2"],
        ("events", f"date={NEXT}"): ["e3"],
        ("raw", f"date={DAY}"): ["e1"],
    }


def texts(landing) -> list[str]:
    files = sorted((landing / "raw").rglob("*.parquet"))
    return [text for path in files for text in pq.read_table(path)["raw__text"].to_pylist()]


def test_a_shard_has_its_name_only_when_it_is_whole(tmp_path):
    with pytest.raises(RuntimeError), ShardWriter(tmp_path, "s1") as writer:
        writer.add(columns("e1", "o1", "words"), 5)
        writer.flush()
        raise RuntimeError
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_dropped_objects_text_goes_and_the_others_stays(tmp_path):
    write_shard(tmp_path, "s1", ("e1", "o1", "goes"), ("e2", "o2", "stays"))
    drop_objects(tmp_path, "s1", ["o1"])
    assert texts(tmp_path) == ["stays"]


def test_a_shard_of_which_nothing_is_left_has_no_file(tmp_path):
    write_shard(tmp_path, "s1", ("e1", "o1", "goes"))
    drop_objects(tmp_path, "s1", ["o1"])
    assert not list(tmp_path.rglob("*.parquet"))


def test_text_that_another_object_repeats_stays_with_it(tmp_path):
    write_shard(tmp_path, "s1", ("e1", "o1", "shared"), ("e1", "o2", "shared"))
    drop_objects(tmp_path, "s1", ["o1"])
    assert set(texts(tmp_path)) == {"shared"}


def test_only_shards_that_an_index_names_are_kept(tmp_path):
    write_shard(tmp_path, "s1", ("e1", "o1", "kept"))
    write_shard(tmp_path, "s2", ("e2", "o2", "orphan"))
    assert drop_shards_except(tmp_path, ["s1"]) == 2
    assert texts(tmp_path) == ["kept"]


def test_text_footers_hold_no_least_and_greatest_value(tmp_path):
    write_shard(tmp_path, "s1", ("e1", "o1", "words"))
    (path,) = (tmp_path / "raw").rglob("*.parquet")
    column = pq.ParquetFile(path).metadata.row_group(0).column(list(RAW).index("raw__text"))
    assert column.statistics is None


def test_what_fails_in_the_middle_leaves_the_old_file_and_no_draft(tmp_path):
    path = tmp_path / "file"
    write_whole(path, b"old")
    with pytest.raises(RuntimeError), whole(path) as draft:
        draft.write_bytes(b"half")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_drafts_of_killed_processes_are_removed_and_nothing_else(tmp_path):
    (tmp_path / ".file.1.tmp").touch()
    (tmp_path / "file").touch()
    remove_drafts(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_key_is_made_once_and_readable_by_its_owner_only(tmp_path):
    first = KeyRing(tmp_path / "keys").control_key("account", "ada")
    assert KeyRing(tmp_path / "keys").control_key("account", "ada") == first
    (path,) = (tmp_path / "keys").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600


def _first_key(folder) -> str:
    return KeyRing(folder).control_key("account", "ada")


def test_processes_that_race_for_a_new_key_agree_on_one(tmp_path):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert len(set(pool.map(_first_key, [tmp_path / "keys"] * 8))) == 1


def test_an_epoch_that_is_destroyed_gives_other_pseudonyms_if_it_is_ever_made_again(tmp_path):
    before = KeyRing(tmp_path).epoch_key("session", "s1", DAY)
    for path in tmp_path.glob("epoch-*.key"):
        path.unlink()
    assert KeyRing(tmp_path).epoch_key("session", "s1", DAY) != before


def _hold(home, ready, done) -> None:
    with tier_lock(home, "opt_in", 0):
        ready.set()
        done.wait(30)


def test_a_second_run_of_a_tier_is_refused_clearly_and_another_tier_is_not(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(tmp_path, ready, done))
    holder.start()
    try:
        assert ready.wait(30)
        with (
            pytest.raises(WinnowError, match="another run of opt_in is at work"),
            tier_lock(tmp_path, "opt_in", 0),
        ):
            pass
        with tier_lock(tmp_path, "default_tier", 0):
            pass
    finally:
        done.set()
        holder.join()


def test_a_killed_run_holds_no_lock(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(tmp_path, ready, done))
    holder.start()
    assert ready.wait(30)
    os.kill(holder.pid, 9)
    holder.join()
    with tier_lock(tmp_path, "opt_in", 5):
        pass
