"""How many of an account's sessions entered which training export: each once, by month."""

from datetime import date

import pytest

from flows.adapters import contribution_ledger
from flows.adapters.contribution_ledger import ContributionLedger
from flows.record_contributions import counts_of

MARCH, APRIL = date(2026, 3, 30), date(2026, 4, 2)


@pytest.fixture
def ledger(tmp_path) -> ContributionLedger:
    ledger = ContributionLedger(tmp_path, "opt_in")
    ledger.record("training", MARCH, [("ada", "s1"), ("ada", "s2"), ("ben", "s3")])
    ledger.record("training", APRIL, [("ada", "s4")])
    return ledger


def counts(ledger, account="ada") -> dict:
    return {month: each["training"] for month, each in ledger.counts(account).items()}


def test_sessions_are_counted_by_the_month_of_their_day(ledger):
    assert counts(ledger) == {"2026-03": 2, "2026-04": 1}


def test_a_day_published_again_counts_only_what_is_new(ledger):
    ledger.record("training", MARCH, [("ada", "s1"), ("ada", "s5")])
    assert counts(ledger) == {"2026-03": 3, "2026-04": 1}


def test_a_session_that_a_later_release_lacks_was_contributed_all_the_same(ledger):
    ledger.record("training", MARCH, [("ada", "s1")])
    assert counts(ledger)["2026-03"] == 2


def test_exports_are_counted_apart(ledger):
    ledger.record("other", MARCH, [("ada", "s1")])
    assert ledger.counts("ada")["2026-03"] == {"training": 2, "other": 1}


def test_a_purged_day_leaves_its_count_and_no_session(ledger):
    ledger.close(ledger.day_files())
    assert ledger.day_files() == [] and ledger.sessions({"ada"}) == {}
    assert counts(ledger) == {"2026-03": 2, "2026-04": 1}


def test_a_purge_killed_between_count_and_removal_counts_once(ledger, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(*_, **__):
        raise Killed

    paths = ledger.day_files()
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(type(paths[0]), "unlink", kill)
        ledger.close(paths)
    assert counts(ledger) == {"2026-03": 2, "2026-04": 1}
    ledger.close(ledger.day_files())
    assert counts(ledger) == {"2026-03": 2, "2026-04": 1}


def test_an_erased_account_leaves_no_count_open_or_closed(ledger):
    ledger.close(ledger.day_files()[:1])
    ledger.forget({"ada"})
    assert counts(ledger) == {} and counts(ledger, "ben") == {"2026-03": 1}
    assert ledger.accounts() <= {"ben"}


def test_sessions_taken_back_leave_their_count(ledger):
    ledger.close_sessions({"s1", "s4"})
    assert counts(ledger) == {"2026-03": 2, "2026-04": 1}
    assert set(ledger.sessions({"ada"})["ada"]) == {"s2"}
    ledger.close(ledger.day_files())
    assert counts(ledger) == {"2026-03": 2, "2026-04": 1}


def test_a_file_names_accounts_by_hash_and_has_no_other_column(ledger):
    import pyarrow.parquet as pq

    for path in ledger.day_files():
        assert pq.read_schema(path).names == list(contribution_ledger._COLUMNS)


def test_what_was_released_is_booked_to_its_account(shop):
    assert counts_of("ada") == {"2026-03": {"training_sessions": 2}}
    shop.run()
    assert counts_of("ada") == {"2026-03": {"training_sessions": 2}}


def test_an_account_that_never_took_part_has_no_count_and_makes_no_key(house):
    assert counts_of("nobody") == {}
    assert not (house.home / "keys").exists()
