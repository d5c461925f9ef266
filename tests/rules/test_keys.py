def test_a_key_that_stands_twice_is_refused(bench, refused):
    folder = bench.sessions("select * from sessions union all select * from sessions")
    assert refused("keys", folder) == [(None, 40)]


def test_a_key_that_stands_in_two_files_is_refused(bench, refused):
    bench.sessions()
    folder = bench.sessions("select * from sessions limit 3", order="", name="part-1.parquet")
    assert refused("keys", folder) == [(None, 3)]


def test_a_null_in_a_key_is_refused(bench, refused):
    change = "nullif(session_key, md5('1')) as session_key"
    folder = bench.sessions(f"select * replace ({change}) from sessions")
    assert refused("keys", folder)[0] == ("session_key", 1)


def test_one_row_a_key_passes(bench, refused):
    assert refused("keys", bench.sessions()) == []
