from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from flows.policy.releases import (
    Check,
    Outcome,
    content_key,
    expires_at,
    outcome,
    refusals_of,
    released_names,
    stop_on_refusal,
)
from flows.policy.windows import is_date_in_window

DAY = date(2026, 3, 1)


def test_an_export_ends_with_the_last_day_on_which_its_day_is_kept():
    end = expires_at(DAY)
    assert end == datetime(2026, 3, 31, tzinfo=UTC)
    assert is_date_in_window(DAY, date(2026, 3, 30))
    assert not is_date_in_window(DAY, end.date())


@pytest.mark.parametrize(
    "rules, has_record, expected",
    [
        ([], False, Outcome.PUBLISHED),
        (["mechanism"], False, Outcome.HELD),
        (["mechanism"], True, Outcome.REFUSED),
        (["mechanism", "minimum_accounts"], False, Outcome.REFUSED),
        (["domains"], False, Outcome.REFUSED),
    ],
)
def test_only_a_candidate_that_lacks_nothing_but_its_mechanism_is_held(rules, has_record, expected):
    assert outcome(rules, has_record) is expected


def test_one_refused_day_stops_the_others_but_not_what_is_published():
    outcomes = [Outcome.PUBLISHED, Outcome.REFUSED, Outcome.UNCHANGED, Outcome.HELD]
    checks = [Check(DAY, "", each, None) for each in outcomes]
    assert [check.outcome for check in stop_on_refusal(checks)] == [
        Outcome.STOPPED,
        Outcome.REFUSED,
        Outcome.UNCHANGED,
        Outcome.HELD,
    ]
    assert stop_on_refusal(checks[::2]) == checks[::2]


def test_a_refusal_is_told_with_its_place_and_a_held_candidate_has_none():
    refusal = SimpleNamespace(rule="keys", column=None, count=3, remedy="group", export="x")
    verdict = SimpleNamespace(refusals=[refusal])
    told = refusals_of("sessions", Check(DAY, "", Outcome.REFUSED, verdict))
    place = {"export": "sessions", "date": "2026-03-01"}
    assert told == [place | {"rule": "keys", "column": None, "count": 3, "remedy": "group"}]
    assert refusals_of("sessions", Check(DAY, "", Outcome.HELD, verdict)) == []


def test_a_content_key_follows_from_files_and_versions_alone():
    files, versions = {"a": "1", "b": "2"}, {"code": "3"}
    key = content_key(files, versions)
    assert key == content_key(dict(reversed(files.items())), versions)
    assert key != content_key(files | {"a": "0"}, versions)
    assert key != content_key(files, {"code": "4"})


def test_files_of_equal_content_keep_names_of_their_own():
    names = released_names({"part-0.parquet": "ab" * 32, "part-1.parquet": "ab" * 32})
    assert len(set(names.values())) == 2
