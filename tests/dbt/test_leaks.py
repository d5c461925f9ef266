"""A failing build says which model failed and how, and no value, anywhere."""

import os
import shutil
from pathlib import Path

import duckdb
import pytest

from flows.policy.errors import WinnowError
from tests.dbt.written import PROJECT, Landing

PLANTED = "planted-value-5f3a"
BROKEN = {
    "cast": "select agent::integer as n from {{ ref('stg_events') }}",
    "message": "select error('found ' || agent) as n from {{ ref('stg_events') }}",
    "name": "select no_such_column from {{ ref('stg_events') }}",
}
TALKATIVE = {"DBT_LOG_LEVEL_FILE": "debug", "DBT_LOG_LEVEL": "debug", "DBT_WRITE_JSON": "true"}
UNIQUE = "{models: [{name: repeated, columns: [{name: agent, data_tests: [unique]}]}]}"


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """Home, error and output of a build whose models fail on a planted value, each in its way."""
    home = tmp_path_factory.mktemp("failed")
    landing = Landing(home, "opt_in")
    landing.events("shard1", *({"event": name, "agent": PLANTED} for name in ("p1", "p2")))
    project = _break(shutil.copytree(PROJECT, tmp_path_factory.mktemp("project") / "dbt"))
    warehouse = landing.warehouse(project)
    warehouse.file.parent.mkdir()
    warehouse.file.write_text("the warehouse of the run before")
    output = home.parent / "output"
    with (
        pytest.MonkeyPatch.context() as environment,
        _captured(output),
        pytest.raises(WinnowError) as failure,
    ):
        for name, value in TALKATIVE.items():
            environment.setenv(name, value)
        warehouse.build()
    return home, failure.value, output.read_text()


def _break(project: Path) -> Path:
    for name, sql in BROKEN.items():
        (project / f"models/signals/breaks_by_{name}.sql").write_text(sql)
    (project / "models/signals/repeated.sql").write_text(
        "select agent from {{ ref('stg_events') }}"
    )
    (project / "models/signals/repeated.yml").write_text(UNIQUE)
    return project


class _captured:
    """What reaches the process's own standard output and error, from whatever library."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("wb")

    def __enter__(self) -> None:
        self.kept = [os.dup(number) for number in (1, 2)]
        for number in (1, 2):
            os.dup2(self.file.fileno(), number)

    def __exit__(self, *failure) -> None:
        for number, kept in zip((1, 2), self.kept, strict=True):
            os.dup2(kept, number)
            os.close(kept)
        self.file.close()


def test_the_error_names_models_and_kinds_of_failure(failed):
    message = failed[1].message
    assert "breaks_by_cast (Conversion Error)" in message
    assert "breaks_by_name (Binder Error)" in message
    assert "unique_repeated_agent (rows break it)" in message


def test_the_error_holds_no_value_and_no_cause(failed):
    error = failed[1]
    assert PLANTED not in f"{error.message}{error.remedy}"
    assert error.__cause__ is None and error.__suppress_context__


def test_nothing_is_printed(failed):
    assert failed[2] == ""


def test_no_file_outside_landing_holds_the_value(failed):
    home = failed[0]
    files = [path for path in home.rglob("*") if path.is_file()]
    outside = [path for path in files if home / "landing" not in path.parents]
    assert outside
    assert [path for path in outside if PLANTED.encode() in path.read_bytes()] == []


def test_no_log_and_no_result_file_is_written_whatever_the_environment_asks_for(failed):
    names = {path.name for path in failed[0].rglob("*")}
    assert not names & {"dbt.log", "run_results.json", "manifest.json", "logs"}


def test_the_warehouse_of_the_run_before_stays_and_the_broken_one_goes(failed):
    folder = failed[0] / "warehouse"
    assert (folder / "opt_in.duckdb").read_text() == "the warehouse of the run before"
    assert sorted(path.name for path in folder.iterdir()) == [".spill", "opt_in.duckdb"]
    assert not list((folder / ".spill").iterdir())


def test_a_landed_file_that_is_no_parquet_is_told_without_a_traceback(landing):
    landing.events("shard1", {"event": "p1"})
    broken = landing.folder / "survival/current.parquet"
    broken.parent.mkdir()
    broken.write_text(PLANTED)
    with pytest.raises(WinnowError, match="dbt could not start") as failure:
        landing.warehouse().build()
    assert PLANTED not in failure.value.message


def test_a_tier_that_is_no_target_fails(landing):
    warehouse = landing.warehouse()
    warehouse.tier = "default"
    with pytest.raises(WinnowError, match="dbt could not start on default"):
        warehouse.build()


def test_the_value_would_have_been_in_the_warehouse_otherwise(failed, tmp_path):
    """The planted value is real: a plain connection over the same landing finds it."""
    pattern = failed[0] / "landing/opt_in/events/*/*.parquet"
    assert (PLANTED,) in duckdb.sql(f"select agent from '{pattern}'").fetchall()
