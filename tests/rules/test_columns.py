def test_a_column_that_is_not_listed_is_refused(bench, refused):
    """By position alone: a pivot would make a column name out of text."""
    folder = bench.sessions('select *, 1 as "text of a prompt" from sessions')
    assert refused("columns", folder) == [("#7", None)]


def test_a_missing_column_is_refused(bench, refused):
    folder = bench.sessions("select * exclude (model) from sessions")
    assert refused("columns", folder) == [("model", None)]


def test_another_order_of_columns_is_refused(bench, refused):
    folder = bench.sessions("select model, * exclude (model) from sessions")
    assert refused("columns", folder) == [(None, 6)]


def test_another_spelling_of_a_column_is_refused(bench, refused):
    folder = bench.sessions("select * rename (model as Model) from sessions")
    assert refused("columns", folder) == [("#4", None), ("model", None)]


def test_a_second_file_with_other_columns_is_refused(bench, refused):
    bench.sessions()
    folder = bench.sessions("select *, 1 as more from sessions", name="part-1.parquet")
    assert refused("columns", folder) == [("#7", None)]


def test_a_folder_without_files_is_refused(bench, refused):
    folder = bench.sessions()
    (folder / "part-0.parquet").unlink()
    assert refused("columns", folder) == [(None, 0)]


def test_the_listed_columns_in_their_order_passes(bench, refused):
    assert refused("columns", bench.sessions()) == []
