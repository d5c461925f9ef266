"""A session goes whole when its first day is purged, and nothing of another session goes."""

from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest

from flows.purge_expired import plan_purge, purge_expired

TODAY = date(2026, 3, 31)
OLDEST_KEPT = date(2026, 3, 2)
EXPIRED = date(2026, 3, 1)
DATASETS = ("events", "raw", "bits")


@pytest.fixture
def spanning(store):
    """`gone` began before the cutoff and has rows after it; `kept` shares files and days."""
    store.add_session("gone", [EXPIRED, OLDEST_KEPT, OLDEST_KEPT + timedelta(days=1)])
    store.add_session("kept", [OLDEST_KEPT, OLDEST_KEPT + timedelta(days=1)])
    return store


def test_a_session_that_spans_the_cutoff_goes_whole(spanning):
    purge_expired("opt_in", "today")
    for dataset in DATASETS:
        assert spanning.sessions_in(dataset) == {"kept"}
    keys = spanning.sessions_in("declassified", "event_key")
    assert {key.split("-")[0] for key in keys} == {"kept"}


def test_a_session_that_begins_on_the_cutoff_stays_whole(spanning):
    before = {path: pq.read_table(path).num_rows for path in spanning.landing.rglob("*.parquet")}
    purge_expired("opt_in", "today")
    rows = sum(pq.read_table(p).num_rows for p in (spanning.landing / "raw").rglob("kept.parquet"))
    assert before and rows == 2


def test_a_shared_file_is_rewritten_without_the_rows_that_go(spanning):
    shared = spanning.landing / "bits" / f"date={OLDEST_KEPT}" / "bits.parquet"
    assert pq.read_table(shared).num_rows == 2
    purge_expired("opt_in", "today")
    assert pq.read_table(shared)["session_key"].to_pylist() == ["kept"]


def test_files_without_expired_rows_are_not_touched(spanning):
    path = spanning.landing / "raw" / f"date={OLDEST_KEPT}" / "kept.parquet"
    before = path.stat().st_ino, path.stat().st_mtime_ns
    purge_expired("opt_in", "today")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == before


def test_text_is_rewritten_without_statistics(store):
    store.add_rows("raw", OLDEST_KEPT, "mixed", {"event_key": "a", "session_key": "gone",
                   "event_date": OLDEST_KEPT, "raw__text": "aaa"})  # fmt: skip
    store.add_session("gone", [EXPIRED, OLDEST_KEPT])
    path = store.add_rows("raw", OLDEST_KEPT, "mixed", {"event_key": "b", "session_key": "kept",
                          "event_date": OLDEST_KEPT, "raw__text": "zzz"})  # fmt: skip
    purge_expired("opt_in", "today")
    with pq.ParquetFile(path) as file:
        text = file.metadata.row_group(0).column(3)
        assert file.metadata.num_rows == 1
        assert text.path_in_schema == "raw__text" and not text.is_stats_set


def test_a_declassified_file_without_any_key_goes_whole(spanning):
    path = spanning.add_rows("declassified/dec_other", OLDEST_KEPT, "part", {"bucket": "short"})
    purge_expired("opt_in", "today")
    assert not path.exists()


def test_event_files_without_statistics_are_read(store):
    store.add_session("gone", [EXPIRED, OLDEST_KEPT])
    path = store.landing / "events" / f"date={OLDEST_KEPT}" / "gone.parquet"
    pq.write_table(pq.read_table(path), path, write_statistics=False)
    purge_expired("opt_in", "today")
    assert store.sessions_in("events") == set()


def test_survival_goes_with_its_session_by_key(spanning):
    late = OLDEST_KEPT + timedelta(days=2)
    path = spanning.add_survival([("gone", "1h", late), ("kept", "1h", late)], late)
    purge_expired("opt_in", "today")
    assert pq.read_table(path)["session_key"].to_pylist() == ["kept"]


def test_survival_goes_with_its_session_by_checkpoint(store):
    checked = EXPIRED + timedelta(days=28)
    rows = [("a", "28d", checked), ("b", "14d", checked)]
    path = store.add_survival(rows, checked)
    purge_expired("opt_in", "today")
    assert pq.read_table(path)["session_key"].to_pylist() == ["b"]


@pytest.mark.parametrize("count", [0, 1])
def test_survival_of_an_expired_day_goes_whole_even_where_it_is_empty(store, count):
    path = store.add_survival([("a", "1h", EXPIRED)], EXPIRED)
    pq.write_table(pq.read_table(path).slice(0, count), path)
    purge_expired("opt_in", "today")
    assert not path.exists()


def test_a_session_of_the_next_day_keeps_its_survival(store):
    checked = OLDEST_KEPT + timedelta(days=28)
    path = store.add_survival([("a", "28d", checked)], checked)
    purge_expired("opt_in", "today")
    assert pq.read_table(path).num_rows == 1


def test_planning_twice_gives_the_same_checksum_and_changes_nothing(spanning):
    files = spanning.files("landing")
    first, second = (plan_purge("opt_in", "today")["checksum"] for _ in range(2))
    assert first == second and spanning.files("landing") == files
