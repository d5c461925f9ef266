"""The processes that build and export open nothing of raw/ and of the sources: the kernel is
asked, so that what C++ libraries open is seen as well as what Python does."""

import sys
from pathlib import Path

import pytest

from flows.adapters.declassified import Declassifier
from flows.adapters.synthetic_landing import write_synthetic_landing
from flows.policy.tiers import Tier
from flows.stages import run_stage
from tests.dbt.written import PROJECT, TODAY
from tests.isolation.watching import opened_files

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("home")
    write_synthetic_landing(home / "landing/opt_in", TODAY)
    Declassifier(home, PROJECT, "opt_in", TODAY).run()
    source = home / "sources/opt_in/sessions/2026-03-30/ada/s1.jsonl"
    source.parent.mkdir(parents=True)
    source.write_text("synthetic")
    return home


@pytest.fixture(scope="module", autouse=True)
def environment(home):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WINNOW_HOME", str(home))
        patch.setenv("WINNOW_TODAY", str(TODAY))
        yield


def text_zones(home: Path) -> tuple[Path, Path]:
    return home / "landing/opt_in/raw", home / "sources"


def run(stage: str) -> dict:
    return run_stage(stage, Tier.OPT_IN)


def test_the_watch_sees_what_python_and_duckdb_open(home):
    import duckdb

    raw, sources = text_zones(home)
    parquet = next(raw.rglob("*.parquet"))
    with opened_files(raw, sources) as found:
        duckdb.sql(f"select count(raw__text) from read_parquet('{parquet}')").fetchall()
        next(sources.rglob("*.jsonl")).read_text()
    assert str(parquet) in found
    assert str(next(sources.rglob("*.jsonl"))) in found


@pytest.fixture(scope="module")
def watched(home, environment) -> set[str]:
    """What the two stages opened of text, in processes of their own as in a daily run."""
    with opened_files(*text_zones(home)) as found:
        assert run("build")["candidates"] == {"training_sessions": 2}
        assert run("export")["counts"] == {"published": 2}
    return found


def test_build_and_export_open_nothing_of_text(watched):
    assert watched == set()


def test_build_and_export_do_the_same_where_there_is_no_text_at_all(watched, home):
    before = released(home)
    for zone in text_zones(home):
        zone.rename(zone.with_name(f"{zone.name}-away"))
    try:
        run("build")
        assert run("export")["counts"] == {"unchanged": 2}
    finally:
        for zone in text_zones(home):
            zone.with_name(f"{zone.name}-away").rename(zone)
    assert released(home) == before


def released(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in (home / "exports").rglob("*.*")}
