from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from flows.policy.landing import (
    BATCH_OBJECTS,
    Index,
    Item,
    Landed,
    batches,
    is_accounted_for,
    merge,
    plan_pull,
    shard_name,
    stale_objects,
    totals,
    without_stale,
)


def item(key: str, version: str = "v1", size: int = 10, consent: str = "") -> Item:
    return Item(f"sessions/d/a/{key}.jsonl", version, size, "a", key, "c", consent, None)


def landed(version: str = "v1", shard: str | None = "s1", consent: str = "") -> Landed:
    return Landed(version, "c", consent, shard)


def test_an_object_that_did_not_change_is_not_parsed():
    index = Index({"a": landed()})
    plan = plan_pull([item("a"), item("b")], index)
    assert [each.object_key for each in plan.parse] == ["b"]
    assert plan.unchanged == 1


def test_a_grown_object_is_parsed_again():
    assert plan_pull([item("a", "v2")], Index({"a": landed()})).parse


def test_an_object_is_decided_anew_when_its_accounts_consent_changes():
    assert plan_pull([item("a", consent="granted")], Index({"a": landed()})).parse


def test_a_grown_objects_rows_are_stale_in_the_shard_that_it_left():
    index = merge(
        Index({"a": landed(), "b": landed()}, {"s1": ["a", "b"]}), {"a": landed("v2", "s2")}
    )
    assert stale_objects(index) == {"s1": ["a"]}
    assert without_stale(index).shards == {"s1": ["b"], "s2": ["a"]}


def test_a_shard_of_which_every_object_went_is_forgotten():
    index = merge(Index({"a": landed()}, {"s1": ["a"]}), {"a": landed("v2", None)})
    assert stale_objects(index) == {"s1": ["a"]}
    assert without_stale(index).shards == {}


SIZES = st.lists(st.integers(0, 80 << 20), max_size=40)


@given(sizes=SIZES)
def test_batches_hold_every_object_once_and_one_worker_never_gets_too_many(sizes):
    items = [item(f"{n:03}", size=size) for n, size in enumerate(sizes)]
    groups = list(batches(list(reversed(items))))
    assert [each for group in groups for each in group] == items
    assert all(len(group) <= BATCH_OBJECTS for group in groups)


def test_a_shards_name_follows_from_what_it_is_written_from():
    assert shard_name([item("a")]) == shard_name([item("a")])
    assert len({shard_name([each]) for each in (item("a"), item("a", "v2"), item("b"))}) == 3


def test_counts_of_parts_add_up_to_the_count_of_the_whole():
    parts = [
        Landed("v", "c", lines_read=5, lines_landed=3, lines_not_event=1, lines_refused={"x": 1}),
        Landed("v", "c", refusal="unknown_format", lines_read=2, lines_refused={"y": 2}),
    ]
    whole = totals(parts)
    assert whole == totals(parts[:1]) + totals(parts[1:])
    assert whole["objects.refused.unknown_format"] == 1
    assert is_accounted_for(whole)


def test_a_line_that_nobody_accounts_for_is_found():
    assert not is_accounted_for(Counter({"lines.read": 3, "lines.landed": 2}))
