import json
from hashlib import sha256

SEED = "0f" * 16


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


def test_rows_without_a_key_in_the_order_of_all_columns_passes(refused, answers):
    assert refused("row_order", answers("model, is_x"), tier="default_tier") == []


def test_rows_without_a_key_in_another_order_is_refused(refused, answers):
    folder = answers("model desc, is_x desc")
    assert refused("row_order", folder, tier="default_tier") == [(None, 3)]


def test_rows_in_the_permutation_of_the_recorded_seed_passes(refused, answers):
    numbers = sorted(range(1, 5), key=lambda n: sha256(f"{SEED}-{n}".encode()).hexdigest())
    places = ", ".join(map(str, numbers))
    folder = answers(f"list_position([{places}], row_number() over (order by model, is_x))")
    (folder / "mechanism.json").write_text(json.dumps({"permutation_seed": SEED}))
    assert refused("row_order", folder, tier="default_tier") == []


def test_rows_in_another_order_than_the_recorded_seed_s_is_refused(refused, answers):
    folder = answers("model, is_x")
    (folder / "mechanism.json").write_text(json.dumps({"permutation_seed": SEED}))
    assert refused("row_order", folder, tier="default_tier")[0][1] > 0


def test_a_seed_that_is_sql_is_a_seed_like_any_other_and_is_refused(refused, answers):
    folder = answers("model desc, is_x")
    (folder / "mechanism.json").write_text(json.dumps({"permutation_seed": "' || '"}))
    assert refused("row_order", folder, tier="default_tier")[0][1] > 0
