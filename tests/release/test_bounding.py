"""What one account can add to a release, whatever it does."""

from datetime import timedelta
from itertools import product

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.policy.release_windows import Window
from flows.release.aggregate_dp import Cohorts, Total, sensitivity
from flows.release.bounding import cell_totals, kept_sessions, public_value, sampled_truths
from flows.release.policies import cohorts_of, survey_of
from tests.release.warehouse import MONDAY, TABLE, session

WEEK = Window(MONDAY, MONDAY + timedelta(days=6))


NOISY = (-100_000, 1_000_000)
COHORTS = Cohorts(
    keys=("variant", "model_family"),
    cells=tuple(product(("none", "control", "treatment"), ("opus", "other"))),
    totals=(
        Total("account_count", "accounts", None, 0.2, (10, 1_000_000)),
        Total("session_count", "sessions", None, 0.4, NOISY),
        Total("interrupted_session_count", "is_interrupted", None, 0.2, NOISY),
        Total("turn_count", "turn_count", (0, 50), 0.2, NOISY),
    ),
    sessions_per_account=2,
    count_name="account_count",
    least=10,
)


def test_the_policy_is_read_as_written(export):
    assert cohorts_of(export()) == COHORTS


def totals(rows) -> dict:
    with duckdb.connect() as connection:
        connection.execute(TABLE)
        if rows:
            connection.executemany("insert into training_cohorts values (?,?,?,?,?,?,?)", rows)
        found = connection.execute(cell_totals("training_cohorts", WEEK, COHORTS)).fetchall()
    return {row[:2]: row[2:] for row in found}


def test_a_heavy_account_counts_as_often_as_policy_says():
    rows = [session(n, "heavy", turn_count=9) for n in range(50)] + [session(99, "light")]
    assert totals(rows) == {("control", "opus"): (2, 3, 0, 21)}


def test_an_account_is_counted_in_the_cell_of_its_first_kept_session_alone():
    rows = [session(1, "a"), session(2, "a", variant="treatment")]
    found = totals(rows)
    assert found[("control", "opus")][:2] == (1, 1)
    assert found[("treatment", "opus")][:2] == (0, 1)


def test_which_sessions_are_kept_does_not_depend_on_the_order_of_rows():
    rows = [session(n, f"account {n % 3}") for n in range(40)]
    kept = []
    for ordered in (rows, rows[::-1]):
        with duckdb.connect() as connection:
            connection.execute(TABLE)
            connection.executemany("insert into training_cohorts values (?,?,?,?,?,?,?)", ordered)
            sql = f"select session_key from ({kept_sessions('training_cohorts', WEEK, 5)})"
            kept.append({row[0] for row in connection.execute(sql).fetchall()})
    assert kept[0] == kept[1] and len(kept[0]) == 15


def test_sessions_of_other_windows_do_not_count():
    outside = [
        session(1, "a", session_date=WEEK.first - timedelta(days=1)),
        session(2, "a", session_date=WEEK.last + timedelta(days=1)),
    ]
    assert totals(outside) == {}


def test_a_family_that_is_not_public_is_other_and_a_variant_that_is_not_public_is_no_cell():
    rows = [session(1, "a", model_family="haiku"), session(2, "b", variant="secret")]
    found = totals(rows)
    assert found[("control", "other")][0] == 1
    assert (None, "opus") in found


def test_sums_are_clamped_at_both_ends_and_unknown_adds_nothing():
    rows = [
        session(1, "a", turn_count=10**6),
        session(2, "b", turn_count=-7),
        session(3, "c", turn_count=None),
    ]
    assert totals(rows)[("control", "opus")][3] == 50


def test_a_public_value_with_a_quote_stays_a_value():
    value = public_value("x", ["it's", "other"])
    sql = f"select {value} from (values ('it''s'), ('b')) t (x)"
    assert duckdb.sql(sql).fetchall() == [("it's",), ("other",)]


@st.composite
def histories(draw):
    """Sessions of a few accounts; one of them is the account that comes and goes."""
    rows = []
    for number in range(draw(st.integers(0, 14))):
        rows.append(
            session(
                number,
                draw(st.sampled_from(["target", "a", "b"])),
                variant=draw(st.sampled_from(["none", "control", "treatment", "unlisted"])),
                model_family=draw(st.sampled_from(["opus", "sonnet"])),
                is_interrupted=draw(st.sampled_from([True, False, None])),
                turn_count=draw(st.sampled_from([None, -5, 0, 7, 50, 10**9])),
            )
        )
    return rows


@settings(max_examples=25, deadline=None)
@given(histories())
def test_removing_an_account_changes_no_total_by_more_than_its_sensitivity(rows):
    with_target = totals(rows)
    without = totals([row for row in rows if row[2] != "target"])
    none = (0,) * len(COHORTS.totals)
    for place, total in enumerate(COHORTS.totals):
        distance = sum(
            abs(with_target.get(cell, none)[place] - without.get(cell, none)[place])
            for cell in {*with_target, *without}
        )
        assert distance <= sensitivity(total, COHORTS.sessions_per_account)


def test_the_sample_has_one_session_an_account_and_known_values(export):
    survey = survey_of(export("training_sessions"))
    rows = [session(n, f"account {n % 8}", is_interrupted=None) for n in range(40)]
    with duckdb.connect() as connection:
        connection.execute(TABLE)
        connection.executemany("insert into training_cohorts values (?,?,?,?,?,?,?)", rows)
        found = connection.execute(sampled_truths("training_cohorts", WEEK, survey)).fetchall()
    assert found == [("control", False)] * 8
