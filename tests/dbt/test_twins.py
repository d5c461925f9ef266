"""The same typed landing with other text: what comes out is the same, or the twin says where."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pyarrow.parquet as pq
import pytest

from flows.adapters import warehouse as building
from flows.adapters.declassified import Declassifier
from flows.adapters.synthetic_landing import write_synthetic_landing
from flows.adapters.twin_landing import twin_landing
from flows.adapters.twin_outputs import differences, keep_outputs
from flows.adapters.twin_texts import TWINS, twin_values
from flows.policy.locked import View
from flows.policy.schemas import RAW
from flows.twin_runs import check_twins
from tests.dbt.written import PROJECT, TODAY

ROOT = PROJECT.parent
# What the lock keeps out of a build, let in by the test.
LEAK = """
select
    date '2026-03-30' as session_date,
    events.session_key,
    max(length(raw.raw__text)) as length_count,
    count(*) as event_count
from landing.events as events
left join raw.raw as raw on events.event_key = raw.event_key
group by events.session_key
"""


@pytest.fixture
def home(tmp_path, compiled):
    shutil.copytree(compiled, tmp_path / "state/dbt-compiled")
    for tier in ("opt_in", "default_tier"):
        write_synthetic_landing(tmp_path / "landing" / tier, TODAY)
        Declassifier(tmp_path, PROJECT, tier, TODAY).run()
    return tmp_path


def settings(home: Path, root: Path = ROOT):
    return SimpleNamespace(home=home, project_dir=root, today=TODAY, lock_seconds=5)


def files(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in home.rglob("*.parquet")}


def test_every_twin_of_the_opt_in_tier_gives_the_same_bytes(home):
    before = files(home)
    report = check_twins(settings(home), "opt_in")
    assert report["refused"] == []
    assert report["twins"] == list(TWINS)
    assert report["candidates"] == 2
    assert report["rows"] > 0
    assert files(home) == before


def test_twins_of_the_default_tier_give_the_same_exact_cells(home):
    """They leave through a mechanism, so that the tables are compared that it draws from."""
    report = check_twins(settings(home), "default_tier", ("random_1", "null"))
    assert (report["refused"], report["candidates"]) == ([], 0)


def test_a_model_that_text_reaches_is_named_with_its_column(home, tmp_path, monkeypatch):
    typed_views = building.typed_views

    def with_text(landing, *arguments):
        files = tuple((landing / "raw").glob("date=*/*.parquet"))
        return [*typed_views(landing, *arguments), View("raw", "raw", RAW, files)]

    monkeypatch.setattr(building, "typed_views", with_text)
    report = check_twins(settings(home, leaking_project(tmp_path)), "opt_in", ("random_1", "null"))
    assert [each["place"] for each in report["refused"]] == ["opt_in/training_leak"] * 2
    for each, twin in zip(report["refused"], ("random_1", "null"), strict=True):
        assert f"(twin {twin}): columns length_count came out" in each["message"]
        assert each["remedy"]


def leaking_project(folder: Path) -> Path:
    """One export model, which reads text past the sources that it is given."""
    exports = folder / "project/dbt/models/exports/opt_in"
    exports.mkdir(parents=True)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / name, folder / "project/dbt")
    shutil.copytree(PROJECT / "models/declassified", folder / "project/dbt/models/declassified")
    shutil.copytree(PROJECT / "models/staging", folder / "project/dbt/models/staging")
    shutil.copytree(PROJECT / "tests", folder / "project/dbt/tests")
    (exports / "training_leak.sql").write_text(LEAK)
    return folder / "project"


def test_what_a_killed_run_left_is_gone_at_the_start_and_nothing_is_left_at_the_end(home):
    left = home / "landing/opt_in/raw/.twins/left.parquet"
    left.parent.mkdir()
    left.write_bytes(b"text")
    with twin_landing(home, "opt_in"):
        assert not left.exists()
    assert not left.parent.exists()


def test_a_twin_has_the_rows_and_the_keys_of_the_original_and_no_word_of_it(home):
    original = pq.read_table(next((home / "landing/opt_in/raw").glob("date=*/*.parquet")))
    with twin_landing(home, "opt_in") as twin:
        for name in TWINS:
            twin.put_text(name)
            other = pq.read_table(next((twin.landing / "raw").glob("date=*/*.parquet")))
            assert other.schema == original.schema
            for key in ("event_key", "session_key", "event_date"):
                assert other[key] == original[key]
            assert not set(original["raw__text"].to_pylist()) & set(other["raw__text"].to_pylist())


def test_twins_are_the_same_every_time_and_differ_from_one_another():
    drawn = {twin: tuple(twin_values(twin)(50)) for twin in TWINS}
    assert len(set(drawn.values())) == len(TWINS)
    assert drawn == {twin: tuple(twin_values(twin)(50)) for twin in TWINS}
    assert len(set(drawn["colliding"])) == 2
    assert set(drawn["null"]) == {None}


def test_differences_name_columns_rows_and_missing_tables(tmp_path):
    first = written(tmp_path, "first", "select 1 as same, 'a' as other", "dropped")
    second = written(tmp_path, "second", "select 1 as same, 'b' as other", "added")
    found = {each.place: each.columns for each in differences(first, second, tmp_path / ".spill")}
    assert found == {"shared": ("other",), "dropped": (), "added": (), "training": ()}


def written(folder: Path, name: str, query: str, extra: str):
    path = folder / f"{name}.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(f"create table shared as {query}")
        connection.execute(f"create table {extra} as select 1 as one")
    candidate = folder / name / "training/date=2026-03-30/part-0.parquet"
    candidate.parent.mkdir(parents=True)
    candidate.write_text(name)
    return keep_outputs(path, folder / name, folder / "kept" / path.name)
