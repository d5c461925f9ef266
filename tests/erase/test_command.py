"""`winnow erase` and `winnow contributions` as people call them."""

import json
import subprocess
import sys

ENTRY = "from flows.cli import main; main()"


def winnow(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", ENTRY, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_plan_of_all_tiers_is_executed_by_the_checksum_that_it_showed(shop):
    shop.session("ada", "d1", tier="default_tier")
    shop.pull("default_tier")
    plan = json.loads(winnow("erase", "ada", "--json").stdout)
    assert [each["tier"] for each in plan["tiers"]] == ["opt_in", "default_tier", "feedback"]
    for path in (shop.home / "exports").rglob("*.parquet"):
        path.unlink()  # The command has its own allowlist; releases are tested elsewhere.
    plan = json.loads(winnow("erase", "ada", "--json").stdout)
    refused = winnow("erase", "ada", "--execute", "0" * 64)
    assert refused.returncode == 1 and "another checksum" in refused.stderr
    assert f"checksum {plan['checksum']}" in winnow("erase", "ada").stdout
    done = winnow("erase", "ada", "--execute", plan["checksum"])
    assert done.returncode == 0, done.stderr
    assert "erased, and looked for again" in done.stdout
    assert shop.traces("ada", ["a1", "a2"]) == set()
    assert shop.traces("ada", ["d1"], tier="default_tier") == set()


def test_contributions_are_told_by_month_and_export(shop):
    told = winnow("contributions", "ada", "--json")
    assert json.loads(told.stdout) == {
        "account_id": "ada", "months": {"2026-03": {"training_sessions": 2}},
    }  # fmt: skip
    assert "no session of this account" in winnow("contributions", "nobody").stdout


def test_two_ways_to_say_yes_are_wrong_use(shop):
    assert winnow("erase", "ada", "--yes", "--execute", "x").returncode == 2


def test_an_account_that_is_not_there_has_nothing_to_confirm(house):
    told = winnow("erase", "nobody", "--tier", "feedback").stdout
    assert "nothing to erase" in told and "checksum" not in told
    done = winnow("erase", "nobody", "--tier", "feedback", "--yes").stdout
    assert "nothing of this account was there" in done and "receipts.jsonl" in done
