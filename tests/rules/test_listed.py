def test_an_export_that_no_allowlist_names_is_refused(bench, refused, day):
    folder = bench.write("select true as is_x", "opt_in", "sneaky", day)
    assert refused("listed", folder) == [(None, None)]


def test_an_export_of_another_tier_s_list_is_refused(bench, refused, day):
    folder = bench.write("select true as is_x", "opt_in", "training_cohorts", day)
    assert refused("listed", folder) == [(None, None)]


def test_a_listed_export_passes(bench, refused):
    assert refused("listed", bench.sessions()) == []
