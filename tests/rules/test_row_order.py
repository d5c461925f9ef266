def test_rows_in_the_order_of_anything_but_their_key_is_refused(bench, refused):
    folder = bench.sessions(order=" order by turn_count, session_key")
    assert refused("row_order", folder)[0][1] > 0


def test_two_rows_that_changed_places_is_refused(bench, refused):
    folder = bench.sessions(order=" order by session_key desc", rows=2)
    assert refused("row_order", folder) == [(None, 1)]


def test_files_that_start_anew_is_refused(bench, refused):
    bench.sessions(rows=10)
    folder = bench.sessions(rows=10, name="part-1.parquet")
    assert refused("row_order", folder) == [(None, 1)]


def test_rows_in_the_order_of_their_key_over_several_files_passes(bench, refused):
    bench.sessions("select * from sessions where session_key < '8'")
    folder = bench.sessions(
        "select * from sessions where session_key >= '8'", name="part-1.parquet"
    )
    assert refused("row_order", folder) == []


def test_rows_without_a_key_in_the_order_of_all_columns_passes(bench, refused, allow_keyless):
    folder = bench.cohorts("select * from cohorts where model <> 'sonnet'")
    assert refused("row_order", folder, tier="default_tier") == []


def test_rows_without_a_key_in_another_order_is_refused(bench, refused, allow_keyless):
    change = "select * replace (100 - account_count as account_count) from cohorts"
    change = f"select * replace ('opus' as model) from ({change})"
    folder = bench.cohorts(change)
    assert refused("row_order", folder, tier="default_tier") == [(None, 2)]
