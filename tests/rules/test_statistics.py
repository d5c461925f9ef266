def test_a_value_that_only_the_footer_states_is_refused(bench, refused):
    folder = bench.sessions()
    path = folder / "part-0.parquet"
    content = path.read_bytes()
    at = content.rindex(b"sonnet")
    path.write_bytes(content[:at] + b"sekret" + content[at + 6 :])
    assert refused("domains", folder) == []
    assert ("model", 1) in refused("statistics", folder)


def test_a_value_outside_its_domain_that_the_footer_repeats_is_refused(bench, refused):
    folder = bench.sessions("select * replace (99::integer as turn_count) from sessions")
    assert refused("statistics", folder) == [("turn_count", 2)]


def test_the_least_and_greatest_of_clean_rows_passes(bench, refused):
    folder = bench.sessions(rows=9000, copy=", row_group_size 2048")
    assert refused("statistics", folder) == []


def test_a_file_without_rows_states_nothing_and_passes(bench, refused):
    assert refused("statistics", bench.sessions(rows=0)) == []
