from datetime import UTC, date, datetime, timedelta

import pytest

from flows.policy.admission import Admission, rules_for, to_date, to_micros
from flows.policy.consent import NO_CONSENT, ConsentEvent, resolve

TODAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
START = datetime(2026, 3, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def consent(*events: tuple[str, datetime]):
    return resolve(ConsentEvent("ada", state, at, at) for state, at in events)["ada"]


def admission(timeline=None) -> Admission:
    return Admission(rules_for(TODAY, NOW, timeline))


def test_an_event_of_the_windows_first_instant_lands_and_the_one_before_does_not():
    first = to_micros(datetime(2026, 3, 2, tzinfo=UTC))
    assert admission().refusal("s", first) is None
    assert admission().refusal("s", first - 1) == "older_than_window"


def test_a_session_that_began_before_the_window_goes_whole():
    asked = admission()
    assert asked.refusal("s", to_micros(datetime(2026, 3, 1, 23, 59, tzinfo=UTC)))
    assert asked.refusal("s", to_micros(START)) == "older_than_window"


def test_an_event_after_today_is_refused():
    tomorrow = to_micros(datetime(2026, 4, 1, tzinfo=UTC))
    asked = admission()
    assert asked.refusal("s", tomorrow - 1) is None
    assert asked.refusal("s", tomorrow) == "in_the_future"


def test_a_session_without_consent_at_its_start_is_refused_even_if_consent_came_later():
    later = consent(("granted", START + HOUR))
    asked = admission(later)
    assert asked.refusal("s", to_micros(START)) == "no_consent"
    assert asked.refusal("s", to_micros(START + 2 * HOUR)) == "no_consent"
    assert admission(NO_CONSENT).refusal("s", to_micros(START)) == "no_consent"


def test_a_revocation_erases_the_session_and_what_came_after_it_is_counted_apart():
    flipped = consent(("granted", START - HOUR), ("revoked", START + HOUR))
    asked = admission(flipped)
    assert asked.refusal("s", to_micros(START)) == "consent_revoked"
    assert asked.refusal("s", to_micros(START + HOUR)) == "after_revocation"


def test_consent_that_is_given_again_does_not_bring_back_what_was_revoked():
    again = consent(
        ("granted", START - HOUR), ("revoked", START + HOUR), ("granted", START + 2 * HOUR)
    )
    asked = admission(again)
    assert asked.refusal("old", to_micros(START)) == "consent_revoked"
    assert asked.refusal("new", to_micros(START + 3 * HOUR)) is None


def test_a_revocation_that_is_yet_to_take_effect_erases_nothing_yet():
    planned = consent(("granted", START - HOUR), ("revoked", NOW + HOUR))
    assert admission(planned).refusal("s", to_micros(START)) is None


def test_a_clock_that_goes_backwards_within_a_session_loses_nothing():
    asked = admission()
    assert asked.refusal("s", to_micros(START)) is None
    assert asked.refusal("s", to_micros(START - HOUR)) is None


@pytest.mark.parametrize("instant", ["2026-03-20T00:00:00", "2026-03-20T23:59:59.999999"])
def test_an_event_belongs_to_its_utc_day(instant):
    micros = to_micros(datetime.fromisoformat(instant).replace(tzinfo=UTC))
    assert to_date(micros) == date(2026, 3, 20)


def test_a_session_from_before_an_erasure_stays_out_and_a_later_one_lands():
    asked = Admission(rules_for(TODAY, NOW, None, START))
    assert asked.refusal("old", to_micros(START - HOUR)) == "erased"
    assert asked.refusal("old", to_micros(START + HOUR)) == "erased"
    assert asked.refusal("new", to_micros(START)) is None
