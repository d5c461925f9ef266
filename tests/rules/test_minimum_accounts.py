def test_a_cell_below_the_minimum_is_refused(bench, refused):
    change = "account_count - 3 as account_count"
    folder = bench.cohorts(f"select * replace ({change}) from cohorts")
    assert refused("minimum_accounts", folder, tier="default_tier") == [("account_count", 2)]


def test_a_cell_that_does_not_say_how_many_is_refused(bench, refused):
    change = "nullif(account_count, 12) as account_count"
    folder = bench.cohorts(f"select * replace ({change}) from cohorts")
    assert refused("minimum_accounts", folder, tier="default_tier") == [("account_count", 1)]


def test_cells_at_the_minimum_passes(bench, refused):
    change = "account_count - 1 as account_count"
    folder = bench.cohorts(f"select * replace ({change}) from cohorts")
    assert refused("minimum_accounts", folder, tier="default_tier") == []


def test_an_export_of_rows_a_session_has_no_cells_and_passes(bench, refused):
    assert refused("minimum_accounts", bench.sessions()) == []


def test_a_cell_that_says_nothing_passes_where_policy_lets_it(bench, refused):
    bench.edit(
        "default_tier",
        "maximum: 1000}\n      account",
        "maximum: 1000, nullable: true}\n      account",
    )
    change = "nullif(account_count, 12) as account_count"
    folder = bench.cohorts(f"select * replace ({change}) from cohorts")
    assert refused("minimum_accounts", folder, tier="default_tier") == []
