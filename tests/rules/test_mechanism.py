import hashlib
import json

import pytest

COUNT = {"of": "accounts", "clamp": None, "scale": 1.0, "epsilon": 1.0}
MODEL = {"of": "model", "truth": 0.6, "epsilon": 1.0987}
FLAG = {"of": "is_x", "truth": 0.75, "epsilon": 1.0987}


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
        {"unit": "session"},
        {"sessions_per_account": 6},
        {"window": {"first": "2026-03-29", "last": "2026-03-29", "days": 1}},
        {"window": {"first": "2026-03-30", "last": "2026-03-31", "days": 2}},
        {"drawn_on": "2026-03-30"},
        {"drawn_on": "2026-04-01"},
        {"drawn_on": "soon"},
        {"noise": "laplace"},
        {"public_keys": [{"model": ["opus", "other"]}]},
        {"measures": {}},
        {"measures": {"account_count": COUNT | {"of": "sessions"}}},
        {"measures": {"account_count": COUNT | {"clamp": [0, 1]}}},
        {"measures": {"account_count": COUNT | {"scale": 0.5}}},
        {"measures": {"account_count": COUNT | {"scale": 0.5, "epsilon": 2.0}}},
        {"measures": {"account_count": COUNT | {"scale": 9.0}}},
        {"measures": {"account_count": COUNT | {"scale": float("inf")}}},
        {"measures": {"account_count": {}}},
        {"measures": [1]},
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


def test_a_file_without_every_public_cell_is_refused(bench, refused, record):
    folder = bench.cohorts("select * from cohorts where model <> 'opus'")
    (folder / "mechanism.json").write_text(json.dumps(record(folder)))
    assert refused("mechanism", folder, tier="default_tier") == [(None, None)]


def test_a_file_that_tells_a_smaller_error_than_its_noise_has_is_refused(bench, refused, record):
    change = "1::integer as account_count_standard_error"
    folder = bench.cohorts(f"select * replace ({change}) from cohorts")
    (folder / "mechanism.json").write_text(json.dumps(record(folder)))
    assert refused("mechanism", folder, tier="default_tier") == [(None, None)]


def test_an_export_that_policy_turned_off_is_refused(bench, refused, record):
    bench.edit("default_tier", "name: aggregate_dp", "name: aggregate_dp\n      enabled: false")
    folder = bench.cohorts()
    (folder / "mechanism.json").write_text(json.dumps(record(folder)))
    assert refused("mechanism", folder, tier="default_tier") == [(None, None)]


def test_files_with_the_record_of_their_release_passes(bench, refused, record):
    folder = bench.cohorts()
    (folder / "mechanism.json").write_text(json.dumps(record(folder)))
    assert refused("mechanism", folder, tier="default_tier") == []


def test_rows_that_need_no_mechanism_passes(bench, refused):
    assert refused("mechanism", bench.sessions()) == []


@pytest.fixture
def answered(answers):
    """Answers under randomised response with the record of their release, changed by `change`."""

    def write(change=None, values=None):
        folder = answers("model, is_x", *([values] if values else []))
        content = (folder / "part-0.parquet").read_bytes()
        record = {
            "tier": "default_tier",
            "mechanism": "randomized_response",
            "unit": "account",
            "sessions_per_account": 1,
            "window": {"first": "2026-03-18", "last": "2026-03-24", "days": 7},
            "drawn_on": "2026-03-26",
            "rows": 4,
            "permutation_seed": "0f" * 16,
            "responses": {
                "model": {"of": "model", "truth": 0.6, "epsilon": 1.0987},
                "is_x": {"of": "is_x", "truth": 0.75, "epsilon": 1.0987},
            },
            "answered": {"count": 3, "epsilon": 0.1},
            "epsilon": 2.2974,
            "files": {"part-0.parquet": hashlib.sha256(content).hexdigest()},
        }
        (folder / "mechanism.json").write_text(json.dumps(record | (change or {})))
        return folder

    return write


def test_answers_with_the_record_of_their_release_passes(refused, answered):
    assert refused("mechanism", answered(), tier="default_tier") == []


@pytest.mark.parametrize(
    "change",
    [
        {"rows": 3},
        {"permutation_seed": "x"},
        {"permutation_seed": None},
        {"responses": {}},
        {"responses": {"model": MODEL, "is_x": MODEL}},
        {"responses": {"is_x": FLAG, "model": MODEL}},
        {"responses": {"model": MODEL, "is_x": FLAG | {"truth": 0.9}}},
        {"responses": {"model": MODEL, "is_x": FLAG | {"epsilon": 1.0}}},
        {"answered": {"count": 3, "epsilon": 0.05}},
        {"answered": {"count": 3}},
        {"epsilon": 2.0},
        {"epsilon": 4.5},
        {"sessions_per_account": 2},
    ],
)
def test_answers_of_another_policy_is_refused(refused, answered, change):
    assert refused("mechanism", answered(change), tier="default_tier") == [(None, None)]


def test_more_answers_than_policy_says_is_refused(refused, answered):
    values = ", ".join(["('opus', true)"] * 5)
    assert refused("mechanism", answered(values=values), tier="default_tier") == [(None, None)]
