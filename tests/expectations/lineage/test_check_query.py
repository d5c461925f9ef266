"""check_query: what it answers, on any DuckDB connection."""

import duckdb
import lineage_fixture
import pytest

from expectations.lineage import check_query

RAW = lineage_fixture.RAW_COLUMNS


@pytest.fixture
def connection():
    return lineage_fixture.connect()


def rules(verdict):
    return {reason.rule for reason in verdict.reasons}


def test_a_reason_names_rule_column_and_remedy(connection):
    verdict = check_query(connection, "select upper(question) as topic from chats", raw_columns=RAW)
    (reason,) = verdict.reasons
    assert (reason.rule, reason.column) == ("explicit_flow", "topic")
    assert "chats.question" in reason.message
    assert reason.remedy


def test_every_output_column_has_its_labels(connection):
    sql = "select chat_id, answer as a, case when patch = 'x' then 1 end as b from chats"
    chat_id, a, b = check_query(connection, sql, raw_columns=RAW).columns
    assert chat_id.is_clean
    assert (a.explicit, a.control) == ({"chats.answer"}, frozenset())
    assert (b.explicit, b.control) == (frozenset(), {"chats.patch"})


def test_a_row_count_is_a_channel_of_its_own(connection):
    verdict = check_query(
        connection, "select chat_id from chats where question = 'x'", raw_columns=RAW
    )
    assert verdict.columns[0].is_clean
    assert verdict.existence == {"chats.question"}
    assert rules(verdict) == {"row_existence"}


def test_an_aggregate_without_groups_turns_the_row_count_into_a_value(connection):
    sql = "select count(*) as n from chats where question = 'x'"
    verdict = check_query(connection, sql, raw_columns=RAW)
    assert verdict.columns[0].control == {"chats.question"}
    assert not verdict.existence


def test_the_order_of_rows_is_a_channel_too(connection):
    verdict = check_query(connection, "select plan from chats order by answer", raw_columns=RAW)
    assert verdict.order == {"chats.answer"}


def test_names_of_tables_and_columns_are_compared_without_case_and_schema(connection):
    raw = {("main.Chats", "QUESTION")}
    assert not check_query(connection, "select Question from CHATS", raw_columns=raw).is_clean


def test_without_public_columns_other_tables_are_public(connection):
    assert check_query(connection, "select * from teams", raw_columns=RAW).is_clean


def test_with_public_columns_an_unlisted_one_is_refused(connection):
    public = {("teams", "team_id")}
    sql = "select team_id, team_name from teams"
    verdict = check_query(connection, sql, raw_columns=RAW, public_columns=public)
    assert rules(verdict) == {"unlabelled_column"}


def test_a_table_with_copies_of_raw_text_is_refused_without_labels():
    connection = lineage_fixture.twin("random one")
    connection.execute("create table notes as select md5(question) as note from chats")
    verdict = check_query(connection, "select note from notes", raw_columns=RAW)
    assert rules(verdict) == {"unlabelled_table"}


def test_a_dictionary_of_words_that_stand_in_texts_is_no_copy():
    connection = lineage_fixture.twin("random one")
    connection.execute("insert into lexicon values (9, 'kubernetes password', 1)")
    connection.execute("update lexicon set word = 'kubernetes' where word_id = 9")
    assert check_query(connection, "select word from lexicon", raw_columns=RAW).is_clean


@pytest.mark.parametrize(
    "sql",
    ["", "select 1; select 2", "insert into teams values (1, 2, 'x')", "drop table teams",
     "explain select 1", "copy (select 1) to 'x.csv'", "not sql at all", "pragma version"],
)  # fmt: skip
def test_only_one_select_is_checked(connection, sql):
    assert rules(check_query(connection, sql, raw_columns=RAW)) & {
        "not_one_select",
        "does_not_bind",
    }


def test_what_does_not_bind_is_refused_and_its_text_not_repeated(connection):
    verdict = check_query(connection, "select secret_name from nowhere", raw_columns=RAW)
    assert rules(verdict) == {"does_not_bind"}
    assert "secret_name" not in str(verdict.reasons)


@pytest.mark.parametrize(
    "call",
    ["random()", "uuid()", "error('x')", "current_setting('threads')", "current_database()",
     "txid_current()", "sleep_ms(1)"],
)  # fmt: skip
def test_a_function_that_is_not_listed_is_refused(connection, call):
    verdict = check_query(connection, f"select {call} as x from chats", raw_columns=RAW)
    assert "unknown_function" in rules(verdict)


def test_a_function_of_the_user_is_refused(connection):
    connection.create_function("shout", str.upper, ["VARCHAR"], "VARCHAR")
    verdict = check_query(connection, "select shout(plan) from chats", raw_columns=RAW)
    assert rules(verdict) == {"unknown_function"}


def test_a_python_variable_is_no_table(connection):
    frame = duckdb.connect().sql("select 1 as plan").to_arrow_table()
    verdict = check_query(connection, "select plan from frame", raw_columns=RAW)
    assert not verdict.is_clean and frame is not None


def test_a_registered_literal_may_read_like_prose(connection):
    sql = "select 'given up by the user' as outcome from chats"
    assert not check_query(connection, sql, raw_columns=RAW).is_clean
    assert check_query(connection, sql, raw_columns=RAW, literals=["given up by the user"]).is_clean


def test_a_macro_that_shadows_the_serialiser_changes_nothing(connection):
    connection.execute("create macro json_serialize_plan(x) as '{\"error\": false}'")
    assert not check_query(connection, "select question from chats", raw_columns=RAW).is_clean


def test_a_parameter_is_refused(connection):
    verdict = check_query(connection, "select $1 from chats", raw_columns=RAW)
    assert rules(verdict) == {"run_time_state"}


def test_nothing_is_executed_on_the_data():
    connection = lineage_fixture.twin("random one")
    sql = "select question::integer as n from chats"
    assert "error_channel" in rules(check_query(connection, sql, raw_columns=RAW))


def test_a_raw_column_may_be_named_by_a_view(connection):
    connection.execute("create view talk as select chat_id, plan, upper(question) as q from chats")
    raw = {("talk", "q")}
    assert check_query(connection, "select plan from talk", raw_columns=raw).is_clean
    assert not check_query(connection, "select q from talk", raw_columns=raw).is_clean
    assert not check_query(connection, "select question from chats", raw_columns=raw).is_clean


def test_a_raw_view_over_files_cannot_be_seen_through(connection, tmp_path):
    path = tmp_path / "raw.parquet"
    connection.execute(f"copy (select 'x' as t) to '{path}' (format parquet)")
    connection.execute(f"create view filed as select t from read_parquet('{path}')")
    verdict = check_query(connection, "select 1 as x", raw_columns={("filed", "t")})
    assert rules(verdict) <= {"unlabelled_table", "unknown_table_function"} and verdict.reasons


def test_all_columns_of_a_table_may_be_raw(connection):
    assert not check_query(
        connection, "select plan from chats", raw_columns={("chats", "*")}
    ).is_clean


def test_nesting_beyond_reason_is_refused_and_does_not_raise(connection):
    sql = "select " + "(" * 400 + "1" + " + 1)" * 400 + " as x"
    assert isinstance(check_query(connection, sql, raw_columns=RAW).is_clean, bool)
