from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from flows.policy.consent import NO_CONSENT, ConsentEvent, fingerprint, resolve, settled

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def event(state: str, at: datetime, recorded: datetime | None = None) -> ConsentEvent:
    return ConsentEvent("ada", state, at, recorded or at)


def timeline(*events: ConsentEvent):
    return resolve(events).get("ada", NO_CONSENT)


def test_an_account_that_the_registry_does_not_know_has_no_consent():
    assert not NO_CONSENT.is_granted_at(NOON)


def test_consent_holds_from_its_own_instant_on_and_not_before():
    granted = timeline(event("granted", NOON))
    assert granted.is_granted_at(NOON)
    assert not granted.is_granted_at(NOON - timedelta(microseconds=1))


def test_a_revocation_ends_consent_from_its_instant_on():
    revoked = timeline(event("granted", NOON), event("revoked", NOON + HOUR))
    assert revoked.is_granted_at(NOON + HOUR - timedelta(microseconds=1))
    assert not revoked.is_granted_at(NOON + HOUR)


def test_of_two_events_of_one_instant_the_later_recorded_counts():
    flip = timeline(event("revoked", NOON, NOON), event("granted", NOON, NOON + HOUR))
    assert flip.is_granted_at(NOON)


def test_of_two_events_that_contradict_each_other_the_revocation_counts():
    assert not timeline(event("granted", NOON), event("revoked", NOON)).is_granted_at(NOON)
    assert not timeline(event("revoked", NOON), event("granted", NOON)).is_granted_at(NOON)


def test_a_late_event_holds_from_when_it_takes_effect_and_not_from_when_it_came():
    late = timeline(event("granted", NOON), event("revoked", NOON + HOUR, NOON + 48 * HOUR))
    assert not late.is_granted_at(NOON + 2 * HOUR)


def test_a_revocation_to_come_is_known_but_does_not_hold_yet():
    planned = timeline(event("granted", NOON), event("revoked", NOON + 24 * HOUR))
    assert planned.is_granted_at(NOON + HOUR)
    assert planned.revoked_after(NOON) == NOON + 24 * HOUR
    assert fingerprint(planned, NOON) != fingerprint(planned, NOON + 24 * HOUR)


STATES = st.sampled_from(["granted", "revoked"])
EVENTS = st.lists(
    st.builds(
        lambda state, at, recorded: event(state, NOON + at * HOUR, NOON + recorded * HOUR),
        STATES,
        st.integers(-5, 5),
        st.integers(-5, 5),
    ),
    max_size=8,
)


@given(events=EVENTS, order=st.randoms(), at=st.integers(-6, 6))
def test_the_order_of_arrival_decides_nothing(events, order, at):
    shuffled = list(events)
    order.shuffle(shuffled)
    instant = NOON + at * HOUR
    assert timeline(*events).is_granted_at(instant) == timeline(*shuffled).is_granted_at(instant)


def test_a_repeated_event_counts_once():
    granted = event("granted", NOON)
    assert settled([("e1", granted), ("e1", granted)]) == ([granted], 0)


def test_an_event_repeated_with_other_content_has_the_stricter_meaning():
    granted, revoked = event("granted", NOON - HOUR), event("revoked", NOON)
    found = settled([("e1", granted), ("e1", revoked)])
    assert found.events == [revoked] and found.contradictory == 1
    later = event("granted", NOON)
    assert settled([("e1", later), ("e1", granted)]).events == [later]


def test_every_revocation_of_a_contradiction_counts():
    revocations = [event("revoked", NOON), event("revoked", NOON + HOUR)]
    assert settled([("e1", each) for each in revocations]).events == revocations


def test_a_grant_whose_id_stands_for_two_accounts_counts_for_neither():
    other = ConsentEvent("ben", "granted", NOON, NOON)
    assert settled([("e1", event("granted", NOON)), ("e1", other)]) == ([], 1)


def test_an_erasure_ends_consent_until_a_later_word():
    erased = timeline(event("granted", NOON - HOUR), event("granted", NOON + HOUR))
    erased = erased.revoked_at("ada", NOON)
    assert not erased.is_granted_at(NOON) and erased.is_granted_at(NOON + HOUR)


@given(events=EVENTS, order=st.randoms())
def test_contradictions_are_settled_the_same_in_any_order(events, order):
    records = [(f"e{number % 3}", each) for number, each in enumerate(events)]
    shuffled = list(records)
    order.shuffle(shuffled)
    for at in range(-6, 7):
        instant = NOON + at * HOUR
        one, two = (resolve(settled(each).events) for each in (records, shuffled))
        assert one.get("ada", NO_CONSENT).is_granted_at(instant) == two.get(
            "ada", NO_CONSENT
        ).is_granted_at(instant)
