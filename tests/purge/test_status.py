"""What people see: `winnow purge` and `winnow status`, as processes and by their exit codes."""

import json
import subprocess
import sys
from datetime import date

import pytest
import typer

from flows.adapters.receipts import Receipts
from flows.commands.purge import purge_all, purge_scope
from flows.commands.status import status
from flows.policy import tiers
from flows.policy.checksums import overall_checksum
from flows.policy.errors import WinnowError
from flows.purge_expired import purge_expired
from flows.store_status import scope_status

OLDEST_KEPT = date(2026, 3, 2)
EXPIRED = date(2026, 3, 1)
ACCOUNT = "account-of-somebody"


def winnow(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", "from flows.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def add_source(store, day: date, tier: str = "opt_in"):
    line = f'{{"timestamp": "{day}T12:00:00Z"}}\n'
    return store.write(f"sources/{tier}/sessions/{day}/{ACCOUNT}/s.jsonl", line)


def exit_code(**options) -> int:
    with pytest.raises(typer.Exit) as caught:
        status(tier="opt_in", **options)
    return caught.value.exit_code


def test_a_store_within_its_limits_is_well(store):
    add_source(store, OLDEST_KEPT)
    purge_expired("opt_in", "today")
    assert exit_code() == 0


def test_a_raw_datum_above_the_limit_fails(store, capsys):
    purge_expired("opt_in", "today")
    add_source(store, EXPIRED)
    assert exit_code() == 1
    shown = capsys.readouterr().out
    assert "older than the window: source/sessions" in shown and "30 days old" in shown


def test_a_missed_purge_day_is_loud(store, monkeypatch, capsys):
    purge_expired("opt_in", "today")
    monkeypatch.setenv("WINNOW_TODAY", "2026-04-02")
    assert exit_code() == 1
    assert "PURGE MISSED for 2026-04-01 … 2026-04-02" in capsys.readouterr().out


def test_the_purge_of_the_evening_before_counts_for_today(store, monkeypatch):
    purge_expired("opt_in", "tomorrow")
    monkeypatch.setenv("WINNOW_TODAY", "2026-04-01")
    assert exit_code() == 0


def test_a_store_that_was_never_purged_is_well_until_something_expires(store):
    add_source(store, OLDEST_KEPT)
    assert exit_code() == 0
    add_source(store, EXPIRED)
    assert "PURGE MISSED" in " ".join(scope_status("opt_in")["problems"])


def test_changed_receipts_are_said(store, capsys):
    purge_expired("opt_in", "today")
    path = Receipts(store.home).path
    path.write_text(path.read_text().replace("2026-03-31", "2026-03-30"))
    assert exit_code() == 1
    assert "chain of purge receipts is broken" in capsys.readouterr().out


def test_what_cannot_be_read_fails(store, capsys):
    store.write(f"landing/opt_in/raw/date={OLDEST_KEPT}/a.parquet", "PAR1 cut short")
    assert exit_code() == 1
    assert "1 cannot be read" in capsys.readouterr().out


def test_status_says_when_a_tier_last_ran(store):
    store.write("state/opt_in/runs/2026-03-30.json")
    assert scope_status("opt_in")["last_run"] == "2026-03-30"


def test_a_receipt_says_what_was_there_before_and_after_and_no_reference(store):
    add_source(store, EXPIRED)
    add_source(store, OLDEST_KEPT)
    purge_expired("opt_in", "today")
    (receipt,) = Receipts(store.home).read()
    counts = [
        next(k["place_count"] for k in receipt[when] if k["kind"] == "source/sessions")
        for when in ("before", "after")
    ]
    assert counts == [2, 1]
    assert [kind["place_count"] for kind in receipt["kinds"]] == [1]
    assert ACCOUNT not in json.dumps(receipt)


def test_an_unknown_tier_is_wrong_use(store):
    with pytest.raises(WinnowError) as caught:
        purge_scope("default", "today", "", False)
    assert caught.value.exit_code == 2


def test_a_day_that_is_none_is_said_once_and_not_by_each_process(capfd):
    with pytest.raises(WinnowError, match="not a date") as caught:
        purge_all("soon", "", False)
    assert caught.value.exit_code == 2 and not capfd.readouterr().err


def test_status_of_an_unknown_scope_names_those_that_there_are():
    with pytest.raises(WinnowError) as caught:
        scope_status("nobodys")
    assert caught.value.exit_code == 2 and "shared" in caught.value.remedy


def test_every_scope_is_purged_in_a_process_of_its_own(store, monkeypatch):
    monkeypatch.setattr(tiers, "SCOPES", ("opt_in", "default_tier"))
    old = [add_source(store, EXPIRED, tier) for tier in ("opt_in", "default_tier")]
    plans = purge_all("today", "", False)
    checksum = overall_checksum({plan["scope"]: plan["checksum"] for plan in plans})
    assert all(path.exists() for path in old)
    purge_all("today", checksum, False)
    assert not any(path.exists() for path in old)


def test_a_checksum_over_all_scopes_must_be_that_of_now(store, monkeypatch):
    monkeypatch.setattr(tiers, "SCOPES", ("opt_in",))
    old = add_source(store, EXPIRED)
    with pytest.raises(WinnowError, match="another checksum"):
        purge_all("today", "0" * 64, False)
    assert old.exists()


def test_a_scope_that_fails_does_not_keep_others_from_being_purged(store, monkeypatch):
    monkeypatch.setattr(tiers, "SCOPES", ("opt_in", "feedback"))
    store.write("warehouse/opt_in.duckdb", "not a database at all, by far")
    old = add_source(store, EXPIRED, "feedback")
    with pytest.raises(WinnowError, match="purge of opt_in failed"):
        purge_all("today", "", True)
    assert not old.exists()


def test_status_is_one_document_and_its_exit_code_says_whether_all_is_well(store):
    add_source(store, EXPIRED, "feedback")
    done = winnow("status", "--json")
    assert done.returncode == 1 and done.stderr == ""
    found = json.loads(done.stdout)
    assert [item["scope"] for item in found["scopes"]] == list(tiers.SCOPES)
    assert found["oldest_raw"].startswith(str(EXPIRED)) and ACCOUNT not in done.stdout


def test_a_plan_of_nothing_has_nothing_to_confirm(store):
    told = winnow("purge", "--tier", "feedback").stdout
    assert "nothing to purge" in told and "checksum" not in told
    done = winnow("purge", "--tier", "feedback", "--yes").stdout
    assert "nothing was expired" in done and "receipts.jsonl" in done
    add_source(store, EXPIRED, "feedback")
    assert "checksum" in winnow("purge", "--tier", "feedback").stdout


def test_status_says_how_much_of_it_was_decoded_now(store):
    add_source(store, OLDEST_KEPT, "feedback")
    for remembered in (0, 1):
        told = json.loads(winnow("status", "--tier", "feedback", "--json").stdout)
        assert told["evidence"]["remembered_count"] == remembered
    assert "1 unchanged since" in winnow("status", "--tier", "feedback").stdout
    told = json.loads(winnow("status", "--tier", "feedback", "--anew", "--json").stdout)
    assert told["evidence"]["remembered_count"] == 0
    assert told["evidence"]["whole_on"] == "2026-03-31"
