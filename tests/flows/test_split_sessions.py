"""A session that its product writes into two objects, the second in a later source folder.

Its key is of the epoch of the object's first day: within an epoch both objects are one session,
across its end they are two, each with its own date, limit and consent. Nothing is lost or counted
twice.
"""

from datetime import date, timedelta

import pytest

from flows.policy.pseudonyms import epoch_of
from tests.flows.house import prompt

LAST_OF_EPOCH = date(2026, 3, 7)
WITHIN_EPOCH = date(2026, 3, 12)


@pytest.fixture
def landed(house, pull):
    """Lands the session's two objects, `first` and the day after; answers their rows."""

    def land(first: date) -> list[dict]:
        house.consent()
        for number, day in enumerate((first, first + timedelta(days=1))):
            house.write(prompt("go on", f"u{number}", at=f"{day}T12:00:00Z"), day=day)
        assert pull()["run"]["lines.landed"] == 2
        return house.landed("events")

    return land


def test_within_an_epoch_both_objects_are_one_session_of_one_account(landed):
    rows = landed(WITHIN_EPOCH)
    assert len({row["session_key"] for row in rows}) == 1
    assert len({row["account_key"] for row in rows}) == 1


def test_across_an_epochs_end_they_are_two_sessions_each_under_its_own_date(landed):
    assert epoch_of(LAST_OF_EPOCH) < epoch_of(LAST_OF_EPOCH + timedelta(days=1))
    rows = landed(LAST_OF_EPOCH)
    assert len({row["session_key"] for row in rows}) == 2
    assert {row["session_date"] for row in rows} == {
        LAST_OF_EPOCH, LAST_OF_EPOCH + timedelta(days=1),
    }  # fmt: skip
    assert len({row["cluster_key"] for row in rows}) == 1
