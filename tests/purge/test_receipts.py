import json
from datetime import date

import pytest

from flows.adapters.receipts import Receipts
from flows.policy.errors import WinnowError
from flows.policy.receipts import kinds_above_limit, missed_days

TODAY = date(2026, 3, 31)


def filled(home, count: int = 3) -> Receipts:
    receipts = Receipts(home)
    for number in range(count):
        receipts.append({"scope": "opt_in", "purge_date": f"2026-03-{29 + number}"})
    return receipts


def test_a_chain_of_receipts_is_whole(tmp_path):
    assert filled(tmp_path).is_whole()


def test_no_receipt_at_all_is_whole(tmp_path):
    assert Receipts(tmp_path).is_whole()


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_changed_receipt_is_detected(tmp_path, line):
    receipts = filled(tmp_path)
    lines = receipts.path.read_text().splitlines()
    lines[line] = lines[line].replace("2026-03", "2026-02")
    receipts.path.write_text("\n".join(lines) + "\n")
    assert not receipts.is_whole()


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_receipt_taken_out_is_detected(tmp_path, line):
    receipts = filled(tmp_path, 4)
    lines = receipts.path.read_text().splitlines(keepends=True)
    receipts.path.write_text("".join(lines[:line] + lines[line + 1 :]))
    assert not receipts.is_whole()


def test_a_cut_tail_is_detected(tmp_path):
    receipts = filled(tmp_path)
    lines = receipts.path.read_text().splitlines(keepends=True)
    receipts.path.write_text("".join(lines[:2]))
    assert not receipts.is_whole()


def test_deleting_the_whole_chain_is_detected(tmp_path):
    receipts = filled(tmp_path)
    receipts.path.unlink()
    assert not receipts.is_whole()


def test_deleting_the_head_is_detected(tmp_path):
    receipts = filled(tmp_path)
    receipts.head_path.unlink()
    assert not receipts.is_whole()


def test_a_line_that_is_no_receipt_is_detected(tmp_path):
    receipts = filled(tmp_path)
    receipts.path.write_text("not json\n")
    assert not receipts.is_whole()


def test_nothing_is_appended_to_a_broken_chain(tmp_path):
    receipts = filled(tmp_path)
    receipts.path.write_text("{}\n")
    with pytest.raises(WinnowError, match="chain of purge receipts is broken"):
        receipts.append({"scope": "opt_in", "purge_date": "2026-04-01"})


def test_a_kill_between_receipt_and_head_leaves_a_whole_chain(tmp_path):
    receipts = filled(tmp_path, 2)
    head = receipts.head_path.read_text()
    receipts.append({"scope": "opt_in", "purge_date": "2026-04-01"})
    receipts.head_path.write_text(head)
    assert receipts.is_whole()
    receipts.append({"scope": "opt_in", "purge_date": "2026-04-02"})
    assert receipts.is_whole()


def test_a_kill_in_the_middle_of_a_line_leaves_a_whole_chain(tmp_path):
    receipts = filled(tmp_path)
    with receipts.path.open("ab") as file:
        file.write(b'{"scope": "op')
    assert receipts.is_whole()
    receipts.append({"scope": "opt_in", "purge_date": "2026-04-01"})
    assert [json.loads(line)["purge_date"] for line in receipts.path.open()][-1] == "2026-04-01"
    assert receipts.is_whole()


def test_no_day_is_missed_when_the_purge_was_done_for_today():
    done = [{"scope": "opt_in", "purge_date": "2026-03-31"}]
    assert missed_days(done, "opt_in", date(2026, 3, 2), TODAY) == []


def test_every_day_since_the_last_purge_is_missed():
    done = [{"scope": "opt_in", "purge_date": "2026-03-28"}]
    missed = missed_days(done, "opt_in", date(2026, 3, 2), TODAY)
    assert missed == [date(2026, 3, 29), date(2026, 3, 30), TODAY]


def test_a_purge_of_another_scope_does_not_count():
    done = [{"scope": "feedback", "purge_date": "2026-03-31"}]
    assert missed_days(done, "opt_in", date(2026, 3, 1), TODAY) == [TODAY]


def test_a_fresh_store_misses_nothing():
    assert missed_days([], "opt_in", None, TODAY) == []
    assert missed_days([], "opt_in", date(2026, 3, 2), TODAY) == []


def test_a_store_never_purged_misses_days_from_the_first_that_expired():
    assert missed_days([], "opt_in", date(2026, 2, 28), TODAY)[0] == date(2026, 3, 30)


def test_a_kind_on_the_cutoff_is_within_the_limit_and_one_before_is_above():
    found = [
        {"kind": "landing/raw", "oldest": "2026-03-02T00:00:00+00:00"},
        {"kind": "exports", "oldest": "2026-03-01T23:59:59+00:00"},
        {"kind": "source/control", "oldest": "2020-01-01T00:00:00+00:00"},
        {"kind": "warehouse", "oldest": None},
    ]
    assert kinds_above_limit(found, TODAY) == ["exports"]
