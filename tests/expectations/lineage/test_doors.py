"""A door lets through one bound expression, and nothing that only looks like it."""

import lineage_fixture
import pytest

from expectations.lineage import Declassifier, check_query

RAW = lineage_fixture.RAW_COLUMNS
BUCKET = "case when length(question) < 20 then 'short' else 'long' end"
DOOR = Declassifier(name="length_bucket", expression=BUCKET, table="chats")


@pytest.fixture(scope="module")
def connection():
    return lineage_fixture.connect()


def verdict_of(connection, sql, doors=(DOOR,)):
    return check_query(connection, sql, raw_columns=RAW, declassifiers=doors)


def test_a_registered_expression_is_let_through(connection):
    verdict = verdict_of(connection, f"select chat_id, {BUCKET} as bucket from chats")
    assert verdict.is_clean
    assert verdict.doors == {"length_bucket": 1}


def test_an_expression_may_be_given_as_plain_sql(connection):
    assert verdict_of(connection, f"select {BUCKET} from chats", [BUCKET]).is_clean


def test_the_door_holds_through_ctes_joins_and_aliases(connection):
    sql = f"""
        with c as (select * from chats), d as (select c.question as question, e.kind from c
            left join events e on c.account_id = e.account_id)
        select kind, {BUCKET} as b, count(*) from d group by all
    """
    assert verdict_of(connection, sql).is_clean


def test_what_a_door_gave_may_decide_rows(connection):
    sql = f"select chat_id from chats where {BUCKET} = 'long'"
    assert verdict_of(connection, sql).is_clean


@pytest.mark.parametrize(
    "changed",
    [
        BUCKET.replace("20", "21"),
        BUCKET.replace("'short'", "'brief'"),
        BUCKET.replace("question", "answer"),
        BUCKET.replace("length(question)", "length(upper(question))"),
        BUCKET.replace("<", "<="),
        BUCKET.replace("question", "left(question, 30)"),
    ],
)
def test_a_changed_expression_is_no_door(connection, changed):
    assert not verdict_of(connection, f"select {changed} as b from chats").is_clean


def test_a_part_of_a_door_is_no_door(connection):
    assert not verdict_of(connection, "select length(question) < 20 as b from chats").is_clean


def test_a_door_does_not_clear_the_text_beside_it(connection):
    verdict = verdict_of(connection, f"select {BUCKET} || question as b from chats")
    assert verdict.columns[0].explicit == {"chats.question"}


def test_a_door_does_not_clear_which_rows_there_are(connection):
    verdict = verdict_of(connection, f"select {BUCKET} as b from chats where question > 'm'")
    assert verdict.existence == {"chats.question"}


def test_a_door_over_a_changed_column_is_shut(connection):
    sql = f"select {BUCKET} as b from (select substr(question, 1, 3) as question from chats)"
    assert not verdict_of(connection, sql).is_clean


def test_a_door_over_a_column_chosen_by_text_is_shut(connection):
    sql = f"""
        select {BUCKET} as b
        from (select coalesce(nullif(answer, 'x'), question) as question from chats)
    """
    assert not verdict_of(connection, sql).is_clean


def test_a_door_does_not_open_row_by_row_for_aggregates(connection):
    sql = f"select {BUCKET.replace('question', 'max(question)')} as b from chats"
    assert not verdict_of(connection, sql).is_clean


def test_a_list_of_doors_results_over_pieces_is_no_door(connection):
    sql = f"""
        select list_transform(string_split(question, ' '), question -> {BUCKET}) as profile
        from chats
    """
    assert not verdict_of(connection, sql).is_clean


def test_comparing_two_rows_is_not_comparing_one_with_itself(connection):
    door = Declassifier(name="same", expression="question = question", table="chats")
    sql = "select a.question = b.question as s from chats a join chats b on a.chat_id = b.chat_id"
    assert not verdict_of(connection, sql, [door]).is_clean


def test_a_door_that_can_fail_aloud_is_refused(connection):
    door = Declassifier(name="number", expression="question::integer > 3", table="chats")
    verdict = verdict_of(connection, "select question::integer > 3 as n from chats", [door])
    assert {reason.rule for reason in verdict.reasons} == {"error_channel"}


def test_a_door_that_binds_nowhere_is_a_refusal(connection):
    verdict = verdict_of(connection, "select plan from chats", ["no_such_column > 1"])
    assert {reason.rule for reason in verdict.reasons} == {"does_not_bind"}
