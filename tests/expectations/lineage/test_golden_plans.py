"""The plan format is pinned with DuckDB: an upgrade that changes it fails here, loudly.

Only the parts that the analysis reads are kept. `python test_golden_plans.py` writes them anew.
"""

import json
from pathlib import Path

import lineage_fixture
import pytest

from expectations.flow import statements

GOLDEN = Path(__file__).parent / "golden_plans.json"
QUERIES = {
    "projection": "select upper(plan) as p, chat_id from chats",
    "filter": "select chat_id from chats where turn_count between 1 and 3 and plan in ('a', 'b')",
    "aggregate": "select plan, count(*) filter (where is_error), list(variant order by chat_id)"
    " from chats group by rollup (plan)",
    "window": "select sum(turn_count) filter (where is_error) over (partition by plan order by"
    " opened_at rows 2 preceding), lag(plan, 1, 'x') over (order by chat_id) from chats",
    "correlated": "select (select max(weight) from lexicon where word = plan) from chats",
    "exists": "select exists (select 1 from lexicon where word = plan) from chats",
    "scalar_subquery": "select (select weight from lexicon) from chats",
    "limit_expression": "select plan from chats limit (select 3)",
    "recursive": "with recursive n(i) as (select 1 union all select i + 1 from n where i < 3)"
    " select i from n",
    "unnest": "select unnest(tags) from labels",
    "lateral": "select t from labels, unnest(tags) as u(t)",
    "lambda": "select list_transform(durations, x -> x + len(tags)) from labels",
    "set_operation": "select plan from chats except select kind from events",
    "as_of": "select 1 from events e asof join prices p on e.happened_at >= p.valid_from",
    "distinct_on": "select distinct on (plan) plan, chat_id from chats order by plan, chat_id",
    "pivot": "from (pivot (select plan, outcome from chats) on outcome in ('a', 'b')"
    " using count(*) group by plan)",
    "range": "select i from range(1, 5) t(i)",
    "values": "select a from (values (1, 'x'), (2, 'y')) v(a, b)",
    "sample": "select plan from chats using sample 10% (bernoulli, 42)",
}
_NOISE = {"query_location", "extra_info", "ordinality_idx", "returned_types", "chunk_types",
          "mark_types", "return_type", "arguments", "original_arguments", "input_table_types",
          "expr_types", "type_info", "stype"}  # fmt: skip


def shape(node):
    """Return a plan without types, locations and statistics."""
    if isinstance(node, list):
        return [shape(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: shape(value) for key, value in node.items() if key not in _NOISE}


def plan_of(name):
    return shape(statements.plan(lineage_fixture.connect(), QUERIES[name]))


@pytest.mark.parametrize("name", QUERIES)
def test_a_plan_has_the_shape_that_the_analysis_was_written_for(name):
    assert plan_of(name) == json.loads(GOLDEN.read_text())[name]


def test_another_engine_version_is_refused(monkeypatch):
    monkeypatch.setattr(statements, "ENGINE_VERSION", "v0.0.0")
    with pytest.raises(statements.Refused) as refusal:
        statements.parse(lineage_fixture.connect(), "select 1")
    assert refusal.value.reason.rule == "engine_version"


if __name__ == "__main__":
    plans = {name: plan_of(name) for name in QUERIES}
    GOLDEN.write_text(json.dumps(plans, indent=1, sort_keys=True) + "\n")
