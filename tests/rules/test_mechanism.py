import json

import pytest


def test_an_exact_table_of_the_default_tier_is_refused(bench, refused):
    assert refused("mechanism", bench.cohorts(), tier="default_tier") == [(None, None)]


@pytest.mark.parametrize(
    "change",
    [
        {"mechanism": "none"},
        {"mechanism": "randomized_response"},
        {"epsilon": 1.01},
        {"epsilon": 0},
        {"epsilon": "1"},
        {"epsilon": None},
        {"epsilon": True},
        {"epsilon": float("nan")},
        {"files": {}},
        {"files": {"part-0.parquet": "0" * 64}},
    ],
)
def test_a_record_that_does_not_hold_is_refused(bench, refused, record, change):
    folder = bench.cohorts()
    (folder / "mechanism.json").write_text(json.dumps(record(folder) | change))
    assert refused("mechanism", folder, tier="default_tier") == [(None, None)]


def test_a_record_of_files_that_changed_since_is_refused(bench, refused, record):
    folder = bench.cohorts()
    (folder / "mechanism.json").write_text(json.dumps(record(folder)))
    bench.cohorts("select * replace (account_count + 1 as account_count) from cohorts")
    assert refused("mechanism", folder, tier="default_tier") == [(None, None)]


def test_files_with_the_record_of_their_release_passes(bench, refused, record):
    folder = bench.cohorts()
    (folder / "mechanism.json").write_text(json.dumps(record(folder)))
    assert refused("mechanism", folder, tier="default_tier") == []


def test_rows_that_need_no_mechanism_passes(bench, refused):
    assert refused("mechanism", bench.sessions()) == []
