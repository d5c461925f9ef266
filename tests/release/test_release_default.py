"""The default tier's way out, from exact sessions to what is published."""

import json
import os
import sys
from datetime import date, timedelta

import duckdb
import pyarrow.parquet as pq
import pytest

from flows.adapters.ledger import Ledger
from flows.policy.errors import WinnowError
from tests.release.warehouse import MONDAY, session

NAME = "training_cohorts"
FIRST_WEEK = date(2026, 2, 16)  # the oldest week of which every day is kept on 2026-03-12
WEEKS = [FIRST_WEEK + timedelta(weeks=number) for number in range(3)]


@pytest.fixture
def published(exact):
    def read(name=NAME, day=MONDAY) -> dict[str, bytes]:
        folder = exact.home / "exports" / "default_tier" / name / f"date={day}"
        return {path.name: path.read_bytes() for path in sorted(folder.glob("*"))}

    return read


@pytest.fixture(autouse=True)
def three_weeks(edit):
    """A budget of three weeks a month, unless a test says otherwise."""
    edit("epsilon_per_window: 2.0", "epsilon_per_window: 3.0")


def charges(exact) -> list:
    return Ledger(exact.home, "default_tier").charges()


def outcomes(summary) -> dict:
    return {(each["export"], each["date"]): each["outcome"] for each in summary["exports"]}


def test_a_closed_window_leaves_as_noisy_totals_of_every_public_cell(exact, release, published):
    exact.fill(accounts=4000, sessions=3)
    summary = release()
    assert summary["counts"] == {"published": 3} and summary["refusals"] == []
    (name,) = [name for name in published() if name.endswith(".parquet")]
    path = exact.home / "exports/default_tier" / NAME / f"date={MONDAY}" / name
    rows = {(row["variant"], row["model_family"]): row for row in pq.read_table(path).to_pylist()}
    assert len(rows) == 6
    control = rows["control", "opus"]
    # Two of three sessions are kept of each of 2,000 accounts; twenty standard errors of slack.
    assert abs(control["session_count"] - 4000) < 20 * control["session_count_standard_error"]
    told = [rows[name, "opus"] for name in ("control", "treatment")]
    exactly = {"account_count": 2000, "session_count": 4000, "turn_count": 20000}
    assert not all(row[name] == count for row in told for name, count in exactly.items())
    assert control["session_count_standard_error"] == 8


def test_the_manifest_tells_mechanism_loss_clamps_and_standard_errors(exact, release, published):
    exact.fill(accounts=400)
    release()
    manifest = json.loads(published()["manifest.json"])
    mechanism = manifest["mechanism"]
    assert mechanism["name"] == "aggregate_dp" and mechanism["unit"] == "account"
    assert mechanism["epsilon_spent"] == pytest.approx(1.0, abs=1e-6)
    assert mechanism["window"] == {"first": "2026-03-02", "last": "2026-03-08", "days": 7}
    turns = mechanism["measures"]["turn_count"]
    assert turns["clamp"] == [0, 50] and turns["sensitivity"] == 100
    assert turns["standard_error"] == pytest.approx(2**0.5 * turns["scale"], rel=0.01)
    assert manifest["rows"] == 6 and "source" not in manifest
    assert not {"content", "policy", "files"} & set(mechanism)
    assert "mechanism" in manifest["gate"]["rules"]


def test_a_window_that_is_not_over_waits_and_says_until_when(exact, release):
    exact.fill(accounts=400, day=date(2026, 3, 10))
    found = outcomes(release())
    assert found[NAME, "2026-03-09"] == (
        "not yet: 2026-03-09 … 2026-03-15 is released on 2026-03-17"
    )


def test_windows_without_a_session_are_released_like_any_other(exact, release):
    """Whether there was anybody is told by noise as well."""
    assert release()["counts"] == {"published": 3}
    assert [charge.window.first for charge in charges(exact)] == WEEKS


def test_a_rerun_spends_nothing_and_changes_no_byte(exact, release, published):
    exact.fill(accounts=400)
    release()
    before, spent = published(), charges(exact)
    assert release()["counts"] == {"unchanged": 3}
    assert published() == before and charges(exact) == spent


def test_what_was_withdrawn_by_hand_comes_back_as_it_was(exact, release, published):
    exact.fill(accounts=400)
    release()
    before, spent = published(), charges(exact)
    for path in (exact.home / "exports" / "default_tier" / NAME / f"date={MONDAY}").iterdir():
        path.unlink()
    release()
    again = published()
    parquet = [name for name in before if name.endswith("parquet")]
    assert [again[name] for name in parquet] == [before[name] for name in parquet]
    assert charges(exact) == spent


def test_accounts_that_come_or_go_after_a_release_change_nothing_of_it(exact, release, published):
    """Two releases that differ in one account would be subtracted from one another."""
    exact.fill(accounts=400)
    release()
    before = published()
    exact.forget("account7")
    exact.add(*(session(number, f"late {number}") for number in range(5)))
    release()
    assert published() == before and len(charges(exact)) == 3


def test_what_came_late_is_counted_for_the_operator(exact, release):
    exact.fill(accounts=400)
    release()
    exact.add(*(session(number, f"late {number}") for number in range(5)))
    release()
    path = exact.home / "state/default_tier/draws" / NAME / f"date={MONDAY}" / "operator.json"
    assert json.loads(path.read_text()) == {"session_count_drawn": 400, "session_count_now": 405}


def test_a_release_over_budget_is_refused_with_what_is_left_and_when_it_renews(
    exact, release, edit, published
):
    edit("epsilon_per_window: 3.0", "epsilon_per_window: 2.5")
    exact.fill(accounts=400)
    summary = release()
    (refusal,) = summary["refusals"]
    assert (refusal["rule"], refusal["date"]) == ("budget", str(MONDAY))
    assert "0.5 of 2.5 ε" in refusal["remedy"] and "2026-03-24" in refusal["remedy"]
    assert published() == {} and len(charges(exact)) == 2


def test_a_release_of_another_policy_is_taken_back_and_not_made_again(
    exact, release, edit, published
):
    exact.fill(accounts=400)
    release()
    before = published()
    edit("clamp: [0, 50]", "clamp: [0, 40]")
    assert release()["counts"] == {"withdrawn": 3}
    assert published() == {} and len(charges(exact)) == 3
    edit("clamp: [0, 40]", "clamp: [0, 50]")
    assert release()["counts"] == {"published": 3}
    assert published().keys() == before.keys()


def test_windows_of_another_length_do_not_overlap_what_was_released(exact, release, edit):
    exact.fill(accounts=400)
    release()
    edit("window: {days: 7, settle_days: 1}", "window: {days: 5, settle_days: 1}")
    release()
    released = [charge.window for charge in charges(exact) if charge.export == NAME]
    for number, window in enumerate(released):
        assert not any(window.overlaps(other) for other in released[number + 1 :])


def test_a_draw_that_was_lost_is_not_made_again(exact, release, published):
    exact.fill(accounts=400)
    release()
    (exact.home / "state/default_tier/draws" / NAME / f"date={MONDAY}/part-0.parquet").unlink()
    assert release()["counts"] == {"unchanged": 2, "withdrawn": 1}
    assert published() == {} and len(charges(exact)) == 3


def test_a_candidate_that_the_ledger_did_not_pay_for_is_removed(exact, release, published):
    """With a record that the gate would take: copied from a week that was paid for."""
    exact.fill(accounts=400)
    release()
    candidates = exact.home / "candidates/default_tier" / NAME
    forged = candidates / "date=2026-03-09"
    forged.mkdir()
    for path in (candidates / f"date={MONDAY}").iterdir():
        (forged / path.name).write_bytes(path.read_bytes())
    release()
    assert not forged.exists() and published(day=date(2026, 3, 9)) == {}


def test_a_ledger_that_was_changed_stops_the_release(exact, release):
    exact.fill(accounts=400)
    release()
    path = exact.home / "state/default_tier/ledger/charges.jsonl"
    path.write_text(path.read_text().replace('"epsilon": 0.', '"epsilon": 0.0'))
    with pytest.raises(WinnowError, match="ledger is broken"):
        release()


def test_a_missing_warehouse_is_said_with_its_remedy(exact, release):
    exact.file.unlink()
    with pytest.raises(WinnowError, match="warehouse of default_tier is missing"):
        release()


def test_a_release_may_die_at_any_step_and_is_drawn_and_paid_for_once(
    exact, release, published, tmp_path
):
    exact.fill(accounts=400)
    seen = {}
    step = 0
    while not _survives(step, release):
        for week in WEEKS:
            for name, content in published(day=week).items():
                if name.endswith(".parquet"):
                    assert seen.setdefault((week, name[:6]), content) == content
        step += 5
    assert [charge.window.first for charge in charges(exact)] == WEEKS
    release()
    for week in WEEKS:
        kept = {name[:6]: content for name, content in published(day=week).items()}
        assert seen.get((week, "part-0"), kept["part-0"]) == kept["part-0"]


def test_no_exact_total_is_anywhere_but_in_the_warehouse_and_the_operator_s_record(
    exact, release, capfd
):
    """Counts with a digit pattern that noise does not make: searched in every file and output."""
    exact.add(*(session(n, f"a{n}", turn_count=50, is_interrupted=True) for n in range(1, 778)))
    summary = release()
    said = "".join(capfd.readouterr()) + json.dumps(summary)
    assert "777" not in said and "38850" not in said
    for path in exact.home.rglob("*"):
        if path.suffix == ".json" and path.name != "operator.json":
            told = json.dumps(_numbers(json.loads(path.read_text())))
            assert "777" not in told.split() and "38850" not in told.split(), path.name
        if path.suffix == ".parquet":
            found = duckdb.sql(f"select * from '{path}'").fetchall()
            exactly = sum(777 in row and 38850 in row for row in found)
            assert not exactly, path.name


def test_rows_under_randomised_response_leave_when_policy_turns_them_on(
    exact, release, edit, published
):
    edit("enabled: false", "enabled: true")
    edit("epsilon_per_window: 4.0", "epsilon_per_window: 6.0")
    exact.fill(accounts=400)
    summary = release()
    assert summary["counts"] == {"published": 6}, summary["refusals"]
    manifest = json.loads(published("training_sessions")["manifest.json"])
    assert manifest["rows"] == 30 and manifest["mechanism"]["unit"] == "account"
    flag = manifest["mechanism"]["responses"]["is_interrupted"]
    assert flag["unbiasing"] == [[1.5, -0.5], [-0.5, 1.5]]
    columns = [column["name"] for column in manifest["schema"]["columns"]]
    assert columns == ["window_start_date", "variant", "is_interrupted"]


def test_rows_under_randomised_response_are_off_by_default(exact, release, published):
    exact.fill(accounts=400)
    release()
    assert published("training_sessions") == {}
    assert {charge.export for charge in charges(exact)} == {NAME}


def _survives(step: int, work) -> bool:
    """Whether `work`, in a process that dies before its `step`-th change of a file, got through."""
    child = os.fork()
    if child == 0:
        left = [step]

        def die(event, arguments):
            if event in ("os.rename", "os.remove", "shutil.copyfile") or (
                event == "open" and arguments[1] in ("w", "wb", "ab")
            ):
                left[0] -= 1
                if left[0] < 0:
                    os._exit(9)

        sys.addaudithook(die)
        try:
            work()
        except BaseException:
            os._exit(8)
        os._exit(0)
    code = os.waitpid(child, 0)[1]
    assert code in (0, 9 << 8)
    return code == 0


def _numbers(value) -> list:
    if isinstance(value, dict):
        return [number for each in value.values() for number in _numbers(each)]
    if isinstance(value, list):
        return [number for each in value for number in _numbers(each)]
    return [value] if isinstance(value, int | float) else []
