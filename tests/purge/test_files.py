import os
from datetime import date, datetime, timedelta

import pytest

from flows.adapters.purge_files import cut_logs, log_places
from flows.policy.errors import WinnowError
from flows.purge_expired import plan_purge, purge_expired

TODAY = date(2026, 3, 31)
OLDEST_KEPT = date(2026, 3, 2)
EXPIRED = date(2026, 3, 1)

BY_DATE = (
    "landing/opt_in/raw/date={day}/a.parquet",
    "landing/opt_in/bits/date={day}/a.parquet",
    "landing/opt_in/declassified/dec_prompts__length/date={day}/a.parquet",
    "candidates/opt_in/training_sessions/date={day}/a.parquet",
    "exports/opt_in/training_sessions/date={day}/part-0.parquet",
    "exports/opt_in/training_sessions/date={day}/manifest.json",
    "state/opt_in/landed/{day}.json",
    "state/opt_in/runs/{day}.json",
    "state/opt_in/releases/training/{day}.json",
    "sources/opt_in/sessions/{day}/account-a/one.jsonl",
    "sources/opt_in/survival/{day}/part.jsonl",
)
BY_CHANGE = ("state/opt_in/dbt/manifest.json", "state/opt_in/declassified.json")


def age(path, day: date) -> None:
    moment = datetime(day.year, day.month, day.day, 12).timestamp()
    os.utime(path, (moment, moment))


@pytest.mark.parametrize("form", BY_DATE)
def test_a_file_of_an_expired_day_goes_and_one_on_the_cutoff_stays(store, form):
    old, kept = (store.write(form.format(day=day), "") for day in (EXPIRED, OLDEST_KEPT))
    purge_expired("opt_in", "today")
    assert (old.exists(), kept.exists()) == (False, True)
    assert not old.parent.exists() or any(old.parent.iterdir())


@pytest.mark.parametrize("form", BY_CHANGE)
def test_an_undated_file_goes_by_its_last_change(store, form):
    path = store.write(form)
    age(path, OLDEST_KEPT)
    purge_expired("opt_in", "today")
    assert path.exists()
    age(path, EXPIRED)
    purge_expired("opt_in", "today")
    assert not path.exists()


def test_days_that_were_missed_go_too(store):
    days = [EXPIRED - timedelta(days=back) for back in (0, 5, 60)]
    paths = [store.write(f"sources/opt_in/sessions/{day}/a/s.jsonl") for day in days]
    purge_expired("opt_in", "today")
    assert not any(path.exists() for path in paths)


def test_the_purge_of_this_evening_is_for_tomorrow(store):
    path = store.write(f"sources/opt_in/sessions/{OLDEST_KEPT}/a/s.jsonl")
    purge_expired("opt_in")
    assert not path.exists()


def test_a_source_object_older_than_its_folder_says_goes(store):
    line = '{"timestamp": "2026-02-01T00:00:00Z"}\n'
    path = store.write(f"sources/opt_in/sessions/{OLDEST_KEPT}/a/resumed.jsonl", line)
    other = store.write(f"sources/opt_in/sessions/{OLDEST_KEPT}/a/new.jsonl", "{}\n")
    purge_expired("opt_in", "today")
    assert (path.exists(), other.exists()) == (False, True)


def test_a_source_that_the_product_purges_is_left_alone(store, monkeypatch):
    monkeypatch.setenv("WINNOW_OPT_IN__SOURCE_PURGE", "product")
    path = store.write(f"sources/opt_in/sessions/{EXPIRED}/a/s.jsonl")
    done = purge_expired("opt_in", "today")
    assert path.exists() and done["kinds"] == []
    ages = {item["kind"]: item["oldest"] for item in done["after"]}
    assert ages["source/sessions"].startswith(str(EXPIRED))


def test_other_tiers_are_not_touched(store):
    path = store.write(f"landing/default_tier/raw/date={EXPIRED}/a.parquet", "")
    purge_expired("opt_in", "today")
    assert path.exists()


def test_an_object_set_aside_goes_with_its_source_day(store):
    old = store.write("state/opt_in/quarantine/k1.json", f'{{"source_date": "{EXPIRED}"}}')
    kept = store.write("state/opt_in/quarantine/k2.json", f'{{"source_date": "{OLDEST_KEPT}"}}')
    purge_expired("opt_in", "today")
    assert (old.exists(), kept.exists()) == (False, True)


def test_an_epoch_key_is_destroyed_when_its_last_day_is_purged(store):
    # Epoch 683 is 2026-02-06 … 2026-03-07: some of its days are kept.
    keys = [store.write(f"keys/opt_in/{name}.key", "k" * 32)
            for name in ("epoch-682", "epoch-683", "control")]  # fmt: skip
    purge_expired("opt_in", "today")
    assert [path.exists() for path in keys] == [False, True, True]


def test_copies_of_consent_go_with_the_key_that_made_them(store):
    path = store.write("landing/opt_in/consent/current.parquet", "")
    purge_expired("opt_in", "today")
    assert path.exists()
    store.write("keys/opt_in/epoch-682.key", "k" * 32)
    purge_expired("opt_in", "today")
    assert not path.exists()


def test_the_products_registry_is_never_written(store):
    line = '{"effective_at": "2020-01-01T00:00:00Z"}\n'
    path = store.write("sources/control/opt_in/consent/all.jsonl", line)
    purge_expired("opt_in", "today")
    assert path.read_text() == line


def test_what_killed_processes_left_goes(store):
    left = [
        store.write(f"landing/opt_in/raw/date={TODAY}/.a.parquet.17.tmp", "x"),
        store.write("landing/opt_in/raw/.spill/duckdb_temp_0.tmp", "x"),
        store.write("warehouse/.opt_in.duckdb.17.tmp", "x"),
        store.write("warehouse/.spill/opt_in/duckdb_temp_0.tmp", "x"),
        store.write("warehouse/.spill/opt_in/release/duckdb_temp_0.tmp", "x"),
    ]
    other = store.write("warehouse/.default_tier.duckdb.17.tmp", "x")
    purge_expired("opt_in", "today")
    assert not any(path.exists() for path in left) and other.exists()


def test_a_plan_executes_by_its_checksum_only(store):
    path = store.write(f"sources/opt_in/sessions/{EXPIRED}/a/s.jsonl")
    checksum = plan_purge("opt_in", "today")["checksum"]
    late = store.write(f"sources/opt_in/sessions/{EXPIRED}/a/late.jsonl")
    with pytest.raises(WinnowError, match="another checksum"):
        purge_expired("opt_in", "today", checksum)
    assert path.exists() and late.exists()
    purge_expired("opt_in", "today", plan_purge("opt_in", "today")["checksum"])
    assert not path.exists() and not late.exists()


def test_expired_lines_of_a_log_go_and_the_file_keeps_its_place(store):
    text = f"{EXPIRED}T10:00 one\n  more of one\n[{OLDEST_KEPT}T10:00] two\n  more of two\n"
    path = store.write("logs/serve.log", text)
    inode = path.stat().st_ino
    cut_logs(store.home, log_places(store.home, TODAY), TODAY)
    assert path.read_text() == f"[{OLDEST_KEPT}T10:00] two\n  more of two\n"
    assert path.stat().st_ino == inode and log_places(store.home, TODAY) == []


def test_shared_places_are_purged_apart_from_tiers(store):
    result, log = store.write(f"results/{EXPIRED}.json"), store.write(f"logs/{EXPIRED}.log", "")
    age(log, EXPIRED)
    purge_expired("shared", "today")
    assert not result.exists() and not log.exists()


def test_a_running_tier_keeps_the_purge_out(store, monkeypatch):
    from flows.adapters.locks import tier_lock

    monkeypatch.setenv("WINNOW_LOCK_SECONDS", "0")
    path = store.write(f"sources/opt_in/sessions/{EXPIRED}/a/s.jsonl")
    with tier_lock(store.home, "opt_in", 0), pytest.raises(WinnowError, match="another run"):
        purge_expired("opt_in", "today")
    assert path.exists()


@pytest.mark.parametrize("word", ["yesterday", "2026-13-01", ""])
def test_a_day_that_is_no_date_is_wrong_use(store, word):
    with pytest.raises(WinnowError) as caught:
        plan_purge("opt_in", word)
    assert caught.value.exit_code == 2


def test_expired_data_that_no_rule_covers_is_reported_after_the_purge(store):
    age(store.write("state/opt_in/unheard-of.bin", "x"), EXPIRED)
    with pytest.raises(WinnowError, match="still finds expired data in: state"):
        purge_expired("opt_in", "today")
