"""Every way that SQL knows into raw/, tried on connections that are locked as the build locks its
own, and through a dbt model as the build runs it."""

import os
import shutil
from pathlib import Path

import duckdb
import pytest

from flows.adapters.landing_views import typed_views
from flows.adapters.warehouse import Warehouse
from flows.policy.errors import WinnowError
from flows.policy.locked import Limits, opening_statements
from tests.dbt.written import DAY, PROJECT, TODAY, Landing

PLANTED = "synthetic words that nothing may show"
READERS = (
    "read_parquet", "parquet_scan", "parquet_metadata", "parquet_schema", "parquet_file_metadata",
    "parquet_kv_metadata", "read_csv", "read_csv_auto", "sniff_csv", "read_text", "read_blob",
    "read_json", "read_json_auto", "read_json_objects", "read_ndjson", "read_ndjson_objects",
    "glob", "read_duckdb", "query_table",
)  # fmt: skip
PLACES = {
    "its path": "{raw}",
    "a pattern": "{landing}/raw/*/*",
    "the folder above": "{landing}/events/../raw/date=2026-03-30/shard1.parquet",
    "a linked file": "{landing}/events/linked.parquet",
    "a linked folder": "{landing}/events/linked/date=2026-03-30/shard1.parquet",
    "a hard link": "{landing}/events/hard.parquet",
    "an address": "file://{raw}",
    "this process": "/proc/self/root{raw}",
    "the environment": "/proc/self/environ",
    "another tier": "{home}/landing/default_tier/events/date=2026-03-30/shard1.parquet",
    "the network": "https://example.invalid/x.parquet",
    "a bucket": "s3://example/x.parquet",
}
STATEMENTS = (
    "select * from '{raw}'",
    'select * from "{raw}"',
    "select * from query('select * from ''{raw}''')",
    "select * from json_execute_serialized_sql(json_serialize_sql('select * from ''{raw}'''))",
    "select * from read_parquet(['{typed}', '{raw}'], union_by_name = true)",
    "create view through as select * from read_parquet('{raw}')",
    "create table through as select * from read_parquet('{raw}')",
    "create type through as enum (select raw__text from '{raw}')",
    "create table through (x varchar); copy through from '{raw}'",
    "create macro through(path) as table select * from read_parquet(path); from through('{raw}')",
    "prepare through as select * from read_parquet($1); execute through('{raw}')",
    "set variable path = '{raw}'; select * from read_parquet(getvariable('path'))",
    "attach '{raw}' as other",
    "attach '{home}/warehouse/default_tier.duckdb' as other (read_only)",
    "attach '{home}/other.sqlite' as other (type sqlite)",
    "attach 'ducklake:{home}/lake' as other",
    "copy (select 1) to '{landing}/raw/x.parquet'",
    "copy (select 1) to '{landing}/events/x.parquet'",
    "copy (select 1) to '{home}/exports/x.csv' (format csv)",
    "copy (select 1 as one, 2 as two) to '{landing}/raw/x' (format parquet, partition_by one)",
    "copy (select 1) to '/dev/stdout'",
    "export database '{home}/exports'",
    "import database '{home}/exports'",
    "install httpfs",
    "force install httpfs from community",
    "load httpfs",
    "load '{landing}/raw/x.duckdb_extension'",
    "update extensions",
    "create secret through (type s3)",
    "create persistent secret through (type s3)",
    "select getenv('WINNOW_HOME')",
    "select * from python_variable",
)


@pytest.fixture
def places(tmp_path) -> dict[str, str]:
    """A home of two tiers with text in raw/ and links to it inside an allowed folder."""
    for tier in ("opt_in", "default_tier"):
        Landing(tmp_path, tier).events("shard1", {"text": PLANTED})
    landing = tmp_path / "landing/opt_in"
    raw = landing / "raw/date=2026-03-30/shard1.parquet"
    (landing / "events/linked.parquet").symlink_to(raw)
    (landing / "events/linked").symlink_to(landing / "raw")
    os.link(raw, landing / "events/hard.parquet")
    for name in ("warehouse", "exports"):
        (tmp_path / name).mkdir()
    duckdb.connect(tmp_path / "warehouse/default_tier.duckdb").close()
    typed = landing / "events/date=2026-03-30/shard1.parquet"
    return {"home": tmp_path, "landing": landing, "raw": raw, "typed": typed}


@pytest.fixture
def connections(places):
    """What a build and what the writing of candidates work on."""
    home, spill = places["home"], Limits(places["home"] / "warehouse/.spill/opt_in")
    views = typed_views(places["landing"], PROJECT, [DAY])
    with duckdb.connect(home / "warehouse/.opt_in.duckdb.building") as build:
        for statement in opening_statements(views, [], spill):
            build.execute(statement)
        with duckdb.connect() as candidates:
            for statement in opening_statements([], [home / "candidates/opt_in"], spill):
                candidates.execute(statement)
            yield build, candidates


def is_shut(connection, statement: str) -> bool:
    """Whether it fails, for a reason of the lock's, on a connection that then goes on."""
    try:
        connection.execute(statement).fetchall()
    except duckdb.Error as error:
        assert PLANTED not in str(error)
        assert connection.execute("rollback" if _in_transaction(connection) else "select 1")
        return True
    return False


def _in_transaction(connection) -> bool:
    try:
        connection.execute("select 1 from duckdb_tables()").fetchall()
    except duckdb.Error:
        return True
    return False


def test_no_function_reads_any_place_that_is_not_a_views_file(connections, places):
    queries = [
        f"select * from {reader}('{place.format(**places)}')"
        for reader in READERS
        for place in PLACES.values()
    ]
    opened = [query for each in connections for query in queries if not is_shut(each, query)]
    assert opened == []


@pytest.mark.parametrize("statement", STATEMENTS)
def test_no_statement_leads_into_text_or_out_of_the_process(connections, places, statement):
    python_variable = [PLANTED]
    for connection in connections:
        assert is_shut(connection, statement.format(**places))
    assert python_variable == [PLANTED]


# Where a name without schema is looked for: nothing that a path could be.
FREE = {"schema", "search_path"}


def test_no_setting_can_be_changed_in_any_way(connections):
    for connection in connections:
        rows = connection.execute("select distinct name from duckdb_settings()").fetchall()
        names = {name for (name,) in rows} - FREE
        assert len(names) > 100
        assert {"allowed_paths", "home_directory", "extension_directory"} < names
        statements = [
            form.format(name)
            for name in sorted(names)
            for form in ("set {} = 1", "set global {} = 1", "reset {}", "pragma {} = 1")
        ]
        assert [each for each in statements if not is_shut(connection, each)] == []


def test_a_link_put_in_the_place_of_a_views_file_is_not_followed(connections, places):
    build, _ = connections
    assert build.execute("select count(*) from landing.events").fetchone() == (1,)
    places["typed"].unlink()
    places["typed"].symlink_to(places["raw"])
    assert is_shut(build, "select count(*) from landing.events")
    assert is_shut(build, "select * from read_parquet('{typed}')".format(**places))


def test_a_view_over_text_that_stands_in_a_warehouse_opens_nothing(places):
    """Whoever made it: what exports is locked as well, and a view is bound when it is read."""
    home = places["home"]
    warehouse = Warehouse(home, _project(home / "project", {}), "opt_in", TODAY)
    (home / "project/models/exports/opt_in").mkdir(parents=True)
    (home / "project/models/exports/opt_in/training_view.sql").touch()
    with duckdb.connect(warehouse.file) as connection:
        query = f"select *, event_date as session_date from read_parquet('{places['raw']}')"
        connection.execute(f"create view training_view as {query}")
    with pytest.raises(duckdb.PermissionException) as refused:
        warehouse.write_candidates()
    assert PLANTED not in str(refused.value)
    assert not list(warehouse.candidates.rglob("*.parquet"))


MODELS = {
    "reads": "select * from read_parquet('{raw}')",
    "reads_a_hard_link": "select * from read_parquet('{landing}/events/hard.parquet')",
    "reads_by_a_link": "select * from '{landing}/events/linked.parquet'",
    "lists": "select * from glob('{landing}/raw/**')",
    "reads_the_environment": "select getenv('WINNOW_HOME') as home",
    "reads_the_process": "select * from read_text('/proc/self/environ')",
    "views": "{{{{ config(materialized = 'view') }}}} select * from read_parquet('{raw}')",
    "asks_while_compiling": (
        "{{% set found = run_query(\"select raw__text from read_parquet('{raw}')\") %}}"
        "select '{{{{ found.rows[0][0] if execute }}}}' as found"
    ),
    "looks_for_columns": (
        "{{% set found = adapter.get_columns_in_query(\"select * from '{raw}'\") %}}"
        "select {{{{ found | length }}}} as found"
    ),
}


def test_no_model_and_no_macro_opens_text(places):
    home = places["home"]
    project = _project(home / "project", {k: v.format(**places) for k, v in MODELS.items()})
    with pytest.raises(WinnowError) as failure:
        Warehouse(home, project, "opt_in", TODAY).build()
    assert failure.value.message.startswith(f"{len(MODELS)} of dbt's nodes failed on opt_in")
    assert PLANTED not in failure.value.message
    assert not list((home / "warehouse").glob("*opt_in.duckdb*"))


def _project(folder: Path, models: dict[str, str]) -> Path:
    (folder / "models").mkdir(parents=True)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / name, folder)
    for name, sql in models.items():
        (folder / f"models/{name}.sql").write_text(sql)
    return folder
