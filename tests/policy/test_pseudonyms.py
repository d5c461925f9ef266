from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from flows.policy.pseudonyms import (
    EPOCH_DAYS,
    epoch_of,
    last_day_of,
    live_epochs,
    pseudonym,
    record_hasher,
)
from flows.policy.windows import window_dates

KEY, OTHER = b"k" * 32, b"o" * 32
DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))


def test_the_same_account_has_another_key_under_another_key_and_kind():
    names = {pseudonym(KEY, "account", "ada"), pseudonym(OTHER, "account", "ada")}
    assert len(names | {pseudonym(KEY, "session", "ada")}) == 3


@given(identifier=st.text(max_size=50))
def test_a_pseudonym_is_32_hex_digits_whatever_the_identifier(identifier):
    for name in (pseudonym(KEY, "account", identifier), record_hasher(KEY)(identifier)):
        assert len(name) == 32 and set(name) <= set("0123456789abcdef")


def test_a_lone_surrogate_in_an_identifier_crashes_nothing():
    assert len(pseudonym(KEY, "session", "\ud83d")) == len(record_hasher(KEY)("\ud83d")) == 32


@given(day=DAYS)
def test_an_epoch_has_thirty_days_and_ends_on_its_last_day(day):
    epoch = epoch_of(day)
    assert epoch_of(last_day_of(epoch)) == epoch
    assert epoch_of(last_day_of(epoch) + timedelta(days=1)) == epoch + 1
    assert (last_day_of(epoch) - day).days < EPOCH_DAYS


@given(today=DAYS)
def test_a_window_needs_two_epochs_keys_at_most(today):
    assert len(live_epochs(window_dates(today))) <= 2
