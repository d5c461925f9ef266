"""Sessions that came with a bug report, and what was counted of them, end after the same days."""

from datetime import date

import duckdb
import pytest

from flows.adapters.feedback_errors import read_feedback_errors
from flows.policy.errors import WinnowError
from flows.purge_expired import purge_expired

OLDEST_KEPT = date(2026, 3, 2)
EXPIRED = date(2026, 3, 1)

PLACES = (
    "sources/feedback/sessions/{day}/account-a/one.jsonl",
    "landing/feedback/raw/date={day}/a.parquet",
    "landing/feedback/bits/date={day}/a.parquet",
    "landing/feedback/declassified/dec_prompts__is_repeat/date={day}/a.parquet",
    "state/feedback/landed/{day}.json",
    "state/feedback/runs/{day}.json",
)


@pytest.mark.parametrize("place", PLACES)
def test_a_day_of_feedback_on_the_cutoff_is_kept_and_the_one_before_goes(store, place):
    old, kept = (store.write(place.format(day=day), "") for day in (EXPIRED, OLDEST_KEPT))
    purge_expired("feedback", "today")
    assert (old.exists(), kept.exists()) == (False, True)


@pytest.mark.parametrize(("day", "is_kept"), [(EXPIRED, False), (OLDEST_KEPT, True)])
def test_errors_that_were_counted_of_an_expired_day_go_with_it(store, day, is_kept):
    file = store.write("warehouse/feedback.duckdb")
    file.unlink()
    with duckdb.connect(file) as connection:
        connection.execute(f"create table stg_events as select date '{day}' as event_date")
        connection.execute(
            "create table feedback_errors as select 2 as client_major, 1 as client_minor, "
            "7 as client_patch, 'tool_error' as error_kind, 'shell' as tool_kind, 3 as error_count"
        )
    purge_expired("feedback", "today")
    if is_kept:
        assert read_feedback_errors(store.home / "warehouse")[0]["error_count"] == 3
    else:
        with pytest.raises(WinnowError, match="no table of errors"):
            read_feedback_errors(store.home / "warehouse")
