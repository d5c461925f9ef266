import pyarrow as pa
import pyarrow.parquet as pq
import pytest


@pytest.mark.parametrize("column", ["turn_count", "is_interrupted", "survival_ratio"])
def test_text_in_a_column_that_is_not_listed_as_text_is_refused(bench, refused, column):
    change = f"'please fix the login page' as {column}"
    folder = bench.sessions(f"select * replace ({change}) from sessions")
    assert refused("no_free_text", folder) == [(column, None)]


def test_bytes_are_text_and_is_refused(bench, refused):
    folder = bench.sessions(
        "select * replace (turn_count::varchar::blob as turn_count) from sessions"
    )
    assert refused("no_free_text", folder) == [("turn_count", None)]


def test_a_sentence_among_the_words_of_a_vocabulary_is_refused(bench, refused):
    change = "case when turn_count = 5 then 'fix the ' || session_key else model end as model"
    folder = bench.sessions(f"select * replace ({change}) from sessions", rows=110)
    assert refused("no_free_text", folder) == [("model", 10)]


def test_a_sentence_in_place_of_a_key_is_refused(bench, refused):
    change = "'delete the old migration ' || model as session_key"
    folder = bench.sessions(f"select * replace ({change}) from sessions")
    assert refused("no_free_text", folder) == [("session_key", 3)]


def test_a_word_that_stands_in_a_dictionary_and_in_no_row_is_refused(bench, refused):
    """No query over the rows shows it; the rows alone are clean."""
    folder = bench.sessions()
    path = folder / "part-0.parquet"
    table = pq.read_table(path)
    words = pa.array(["opus", "sonnet", "other", "my password is hunter2"])
    codes = pa.array(
        [["opus", "sonnet", "other"].index(word) for word in table["model"].to_pylist()]
    )
    hidden = pa.DictionaryArray.from_arrays(codes.cast(pa.int32()), words)
    table = table.set_column(3, "model", hidden)
    pq.write_table(table, path, store_schema=False)
    assert "my password is hunter2" not in pq.read_table(path)["model"].to_pylist()
    assert refused("domains", folder) == []
    assert refused("no_free_text", folder) == [("model", 1)]


def test_words_of_the_vocabulary_and_hashes_passes(bench, refused):
    assert refused("no_free_text", bench.sessions(rows=500)) == []
