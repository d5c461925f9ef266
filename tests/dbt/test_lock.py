"""Process 2 cannot open raw/, another tier or anything else, whatever a model says."""

import shutil
from pathlib import Path

import duckdb
import pytest

from flows.adapters.landing_views import typed_views
from flows.policy.errors import WinnowError
from flows.policy.locked import Limits, opening_statements
from tests.dbt.written import DAY, PROJECT, Landing

WAYS = {
    "reading text": "select * from read_parquet('{landing}/raw/date=2026-03-30/shard1.parquet')",
    "reading bytes": "select * from read_blob('{landing}/raw/date=2026-03-30/shard1.parquet')",
    "a pattern": "select * from read_parquet('{landing}/raw/**/*.parquet')",
    "listing": "select * from glob('{landing}/raw/*')",
    "the folder above": "select * from read_parquet('{landing}/events/../raw/*/*.parquet')",
    "a symbolic link": "select * from read_parquet('{landing}/events/link/*/*.parquet')",
    "a name as a table": "select * from '{landing}/raw/date=2026-03-30/shard1.parquet'",
    "another tier": "select * from read_parquet('{home}/landing/default_tier/events/*/*.parquet')",
    "another warehouse": "attach '{home}/warehouse/default_tier.duckdb' as other",
    "the environment": "select * from read_text('/proc/self/environ')",
    "the network": "select * from read_csv('https://example.invalid/x.csv')",
    "writing beside": "copy (select 1) to '{home}/exports/x.parquet'",
    "writing into text": "copy (select 1) to '{landing}/raw/x.parquet'",
    "exporting": "export database '{home}/exports'",
    "an extension": "install httpfs",
    "a loaded extension": "load httpfs",
    "secrets": "create persistent secret s (type s3)",
}
SETTINGS = (
    "set enable_external_access = true",
    "set allowed_directories = ['/']",
    "set lock_configuration = false",
    "reset lock_configuration",
    "set temp_directory = '/tmp'",
    "set session timezone = 'Asia/Tokyo'",
    "pragma memory_limit = '1TB'",
)


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    """A connection as a build has it, and the places that the attacks are written with."""
    home = tmp_path_factory.mktemp("locked")
    landing = _write_home(home)
    views = typed_views(landing, PROJECT, [DAY])
    limits = Limits(home / "warehouse/.spill")
    with duckdb.connect(home / "warehouse/.opt_in.duckdb.building") as connection:
        for statement in opening_statements(views, [], limits):
            connection.execute(statement)
        yield connection.cursor(), {"home": home, "landing": landing}


def _write_home(home: Path) -> Path:
    """Two tiers with events and text, a link from one to the other, and the other's warehouse."""
    for tier in ("opt_in", "default_tier"):
        Landing(home, tier).events("shard1", {"text": "planted"})
    (home / "landing/opt_in/events/link").symlink_to("../raw")
    for name in ("warehouse", "exports"):
        (home / name).mkdir()
    duckdb.connect(home / "warehouse/default_tier.duckdb").close()
    return home / "landing/opt_in"


@pytest.mark.parametrize("way", WAYS)
def test_there_is_no_way_out_by(locked, way):
    connection, places = locked
    with pytest.raises((duckdb.PermissionException, duckdb.InvalidInputException)):
        connection.execute(WAYS[way].format(**places)).fetchall()


@pytest.mark.parametrize("statement", SETTINGS)
def test_the_configuration_stays_as_it_is(locked, statement):
    connection, _ = locked
    with pytest.raises(duckdb.InvalidInputException, match="locked"):
        connection.execute(statement)


def test_what_is_allowed_can_be_read(locked):
    connection, places = locked
    path = places["landing"] / "events/date=2026-03-30/shard1.parquet"
    assert connection.execute(f"select count(*) from read_parquet('{path}')").fetchone() == (1,)


def test_a_view_without_files_has_its_columns_and_no_row(locked):
    connection, _ = locked
    described = connection.execute("describe landing.survival").fetchall()
    assert [row[:2] for row in described][:2] == [
        ("session_key", "VARCHAR"),
        ("checkpoint", "VARCHAR"),
    ]
    assert connection.execute("select count(*) from landing.survival").fetchone() == (0,)


MODELS = {
    "reads_text": "select * from read_parquet('{landing}/raw/*/*.parquet')",
    "reads_by_the_folder_above": "select * from read_blob('{landing}/events/../raw/*/*')",
    "attaches": (
        "{{{{ config(pre_hook=\"attach '{home}/warehouse/default_tier.duckdb'\") }}}} select 1"
    ),
    "sets": '{{{{ config(pre_hook="set enable_external_access = true") }}}} select 1 as one',
    "copies": (
        "{{{{ config(pre_hook=\"copy (select 1) to '{home}/exports/x.parquet'\") }}}} select 1"
    ),
}


def test_a_model_and_its_hooks_are_held_by_the_same_lock(landing, tmp_path):
    landing.events("shard1", {"event": "p1", "text": "planted"})
    (tmp_path / "exports").mkdir()
    project = _project(tmp_path / "project", landing)
    with pytest.raises(WinnowError) as failure:
        landing.warehouse(project).build()
    assert failure.value.message.startswith(f"{len(MODELS)} of dbt's nodes failed on opt_in")
    assert failure.value.message.count("Permission Error") == len(MODELS) - 1
    assert "sets (Invalid Input Error)" in failure.value.message
    assert not list((tmp_path / "exports").iterdir())


def test_a_python_model_is_refused_before_dbt_starts(landing, tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "model.py").write_text("def model(dbt, session): ...")
    with pytest.raises(WinnowError, match="SQL only"):
        landing.warehouse(project).build()


def _project(folder: Path, landing) -> Path:
    """A project of attacks, and of one model that does nothing wrong."""
    (folder / "models").mkdir(parents=True)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / name, folder)
    places = {"home": landing.home, "landing": landing.folder}
    for name, sql in MODELS.items():
        (folder / f"models/{name}.sql").write_text(sql.format(**places))
    (folder / "models/reads_events.sql").write_text("select count(*) as n from landing.events")
    return folder
