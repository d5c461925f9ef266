"""Every step made to fail, with text in its reach. Whatever fails, nothing is published, what was
published stays, and no text is in any file outside the raw zone, nor in output."""

import gzip
import json
import os
import re
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows import daily as daily_module
from flows.adapters.keys import KeyRing
from flows.policy.canaries import canary_texts
from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier
from flows.settings import PROJECT_DIR
from flows.stages import run_stage
from flows.verifier.residue import files_with_any
from tests.e2e.conftest import TODAY
from tests.e2e.pipes import write_end
from tests.e2e.transcripts import session

CANARY = "canary-"
DAY = "2026-03-30"
LANDING = "landing/opt_in"
EXPORT = "training_sessions"


def run(stage: str) -> dict:
    dates = {"day": str(TODAY)} if stage == "pull" else {}
    return run_stage(stage, Tier.OPT_IN, **dates)


def failure_of(stage: str) -> WinnowError:
    with pytest.raises(WinnowError) as failure:
        run(stage)
    return failure.value


@pytest.fixture
def home(ready, capfd):
    """What is promised of every failure is looked at when the test is over."""
    published, warehouse = ready.exports("opt_in"), (ready.home / "warehouse/opt_in.duckdb")
    built = warehouse.read_bytes()
    yield ready.home
    assert ready.exports("opt_in") == published
    assert warehouse.read_bytes() == built
    assert [path for root in ready.outside_raw() for path in files_with_any(root, [CANARY])] == []
    assert CANARY not in "".join(capfd.readouterr())


def shard(home: Path, dataset: str) -> Path:
    (path,) = (home / LANDING / dataset / f"date={DAY}").glob("*.parquet")
    return path


def objects(home: Path, day: str = DAY) -> list[Path]:
    return sorted((home / "sources/opt_in/sessions" / day).rglob("*.jsonl"))


def declassified(home: Path) -> dict[Path, bytes]:
    return {
        path: path.read_bytes() for path in (home / LANDING / "declassified").rglob("*.parquet")
    }


def test_a_broken_shard_of_text_is_named_and_what_the_message_advises_mends_it(home):
    before, path = declassified(home), shard(home, "raw")
    whole = bytearray(path.read_bytes())
    middle = slice(len(whole) // 4, len(whole) // 2)
    whole[middle] = (CANARY.encode() * len(whole))[: middle.stop - middle.start]
    path.write_bytes(whole)
    failure = failure_of("declassify")
    assert failure.exit_code == 1
    assert failure.message.startswith(f"landing/opt_in/raw/date={DAY}/{path.name} cannot be read")
    assert "remove the folder state/opt_in/landed" in failure.remedy
    assert declassified(home) == before
    shutil.rmtree(home / "state/opt_in/landed")
    run("pull")
    run("declassify")
    assert declassified(home) == before


def test_a_broken_shard_of_events_stops_the_run_before_anything_is_built_from_it(home):
    path = shard(home, "events")
    path.write_bytes(path.read_bytes()[:200])
    failure = failure_of("quality")
    assert f"events/date={DAY}/{path.name} cannot be read" in failure.message
    assert "run again" in failure.message and "policy.yml" in failure.remedy
    path.unlink()


def test_a_session_that_grew_over_a_broken_shard_is_not_half_replaced(home):
    path, text = shard(home, "events"), shard(home, "raw")
    path.write_bytes(b"PAR1 no footer")
    before = text.read_bytes()
    lines = session(lambda field: f"{CANARY}{field} says hello", DAY, "grown")
    objects(home)[0].write_text("".join(json.dumps(line) + "\n" for line in lines))
    failure = failure_of("pull")
    assert f"events/date={DAY}/{path.name} cannot be read" in failure.message
    assert text.read_bytes() == before
    path.unlink()


def test_an_index_that_is_not_of_our_making_is_named(home):
    index = home / f"state/opt_in/landed/{DAY}.json"
    index.write_text(json.dumps({"objects": {f"{CANARY}key": f"{CANARY}entry"}}))
    failure = failure_of("pull")
    assert failure.message == f"the index state/opt_in/landed/{DAY}.json cannot be read"
    index.unlink()
    assert run("pull")["run"]["objects.read"] == len(objects(home))


@pytest.mark.parametrize("key", [b"", f"{CANARY}key".encode()])
def test_a_key_that_was_cut_hashes_nothing(home, key):
    path = next((home / "keys/opt_in").glob("epoch-*.key"))
    path.write_bytes(key)
    failure = failure_of("pull")
    assert f"keys/opt_in/{path.name} has not the length of a key" in failure.message
    assert "backup" in failure.remedy
    path.unlink()


def test_an_object_that_breaks_while_it_is_read_is_counted_and_stops_nothing(home):
    lines = session(lambda field: f"{CANARY}{field} says hello", DAY, "broken")
    whole = gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode())
    (objects(home)[0].parent / "broken.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    counts = run("pull")["run"]
    assert counts["objects.read"] == 1
    assert counts["objects.refused.broken_compression"] == 1


def readers_of(path: Path) -> list[int]:
    """Processes that hold the file open, but for this one."""
    found = []
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            is_open = link.readlink() == path
        except OSError:
            continue
        found += [int(link.parts[2])] if is_open else []
    return [pid for pid in found if pid != os.getpid()]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="finds the worker through /proc")
def test_a_worker_that_is_killed_with_text_in_hand_leaves_none_of_it(home):
    """A pipe in the place of an object holds the worker where the test wants it."""
    for day in (DAY, str(TODAY)):
        objects(home, day)[0].touch()
    pipe = objects(home)[0].with_name("held.jsonl")
    os.mkfifo(pipe)
    lines = session(lambda field: f"{CANARY}{field} says hello", DAY, "held")
    with ThreadPoolExecutor() as pool:
        failure = pool.submit(failure_of, "pull")
        with write_end(pipe) as held:
            held.writelines(json.dumps(line) + "\n" for line in lines)
            held.flush()
            time.sleep(0.2)
            for pid in readers_of(pipe):
                os.kill(pid, signal.SIGKILL)
            message = failure.result(60).message
    assert message == "a process that read transcripts of opt_in was ended from outside"
    pipe.unlink()
    assert run("pull")["window"]["objects.read"] == 12
    assert not list((home / "landing").rglob(".*.tmp"))


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A copy of the dbt project to break models in."""
    shutil.copytree(PROJECT_DIR / "dbt", tmp_path / "project/dbt")
    monkeypatch.setenv("WINNOW_PROJECT_DIR", str(tmp_path / "project"))
    return tmp_path / "project/dbt/models"


def edit(model: Path, old: str, new: str) -> None:
    text = model.read_text()
    assert text.count(old) == 1, model.name
    model.write_text(text.replace(old, new))


def test_a_door_that_casts_text_fails_and_quotes_none_of_it(home, project):
    before = declassified(home)
    door = project / "declassified/dec_prompts__length_bucket.sql"
    edit(door, "length(raw.raw__text) < 20 then", "cast(raw.raw__text as integer) < 20 then")
    failure = failure_of("declassify")
    assert re.fullmatch(
        r"dec_prompts__length_bucket failed on 2026-03-\d\d of opt_in \(ConversionException\)",
        failure.message,
    )
    assert "--select dec_prompts__length_bucket" in failure.remedy
    kept = {path: data for path, data in before.items() if "length_bucket" in str(path)}
    assert kept.items() <= declassified(home).items()


def test_models_that_fail_on_a_value_are_named_and_the_value_is_not(home, project):
    """A cast, error() and a test that rows break: DuckDB and dbt quote the value in each."""
    signals = project / "signals"
    edit(
        signals / "sig_session__errors.sql",
        "coalesce(errors.api_error_count, 0) > 0",
        "cast(sessions.session_key as integer) > 0",
    )
    edit(
        signals / "sig_session__interruption.sql",
        "select * from final",
        "select * from final where error(session_key) is null",
    )
    edit(
        signals / "sig_session__memory_request.sql",
        "select * from final",
        "select * from final union all select * from final",
    )
    failure = failure_of("build")
    assert "sig_session__errors (Conversion Error)" in failure.message
    assert "sig_session__interruption (Invalid Input Error)" in failure.message
    assert "(rows break it)" in failure.message
    assert "winnow build --tier opt_in --sample --select MODEL" in failure.remedy
    shown = failure.message + "".join(path.read_text() for path in sql_of(home))
    assert not any(key in shown for key in session_keys(home))
    left = [path.name for path in (home / "warehouse").rglob("*") if path.is_file()]
    assert left == ["opt_in.duckdb"]


def sql_of(home: Path) -> list[Path]:
    """All that dbt leaves: what it parsed, and the SQL that it ran."""
    return sorted((home / "state/opt_in/dbt").rglob("*.sql"))


def session_keys(home: Path) -> list[str]:
    files = [str(path) for path in (home / LANDING / "events").rglob("*.parquet")]
    query = "select distinct session_key from read_parquet($1)"
    return [key for (key,) in duckdb.execute(query, [files]).fetchall()]


def test_a_candidate_with_text_is_refused_by_rule_and_column(home):
    path = home / f"candidates/opt_in/{EXPORT}/date={DAY}/part-0.parquet"
    changed = f"* replace ('{CANARY}words says hello' as model_family)"
    kept = duckdb.sql(f"select {changed} from read_parquet('{path}', hive_partitioning = false)")
    kept.write_parquet(str(path.with_suffix(".new")))
    path.with_suffix(".new").replace(path)
    failure = failure_of("export")
    assert failure.exit_code == 1
    assert f"opt_in/{EXPORT}/date={DAY}: " in failure.message
    assert "column model_family" in failure.message
    path.unlink()


def planted_texts(home: Path) -> dict[str, str]:
    secret = KeyRing(home / "keys/opt_in").control_key("canary", str(TODAY))
    return canary_texts(secret)


def test_a_leak_is_found_where_it_is_and_the_export_that_holds_it_is_withdrawn(ready, capfd):
    run("plant")
    texts = planted_texts(ready.home)
    (ready.home / "state/opt_in/notes.json.gz").write_bytes(
        gzip.compress(json.dumps({"note": texts["multi-line"]}).encode())
    )
    (part,) = (ready.home / f"exports/opt_in/{EXPORT}/date={DAY}").glob("*.parquet")
    pq.write_table(pa.table({"model_family": [texts["plain"], texts["unicode"]]}), part)
    failure = failure_of("search")
    assert "state/opt_in/notes.json.gz (multi-line)" in failure.message
    assert f"{EXPORT}/date={DAY}/{part.name} (plain, unicode)" in failure.message
    assert "was withdrawn" in failure.remedy and "winnow check" in failure.remedy
    shown = failure.message + failure.remedy + "".join(capfd.readouterr())
    assert not any(text in shown for text in texts.values())
    days = {path.parent.name for path in ready.home.glob(f"exports/opt_in/{EXPORT}/*/*")}
    assert days == {"date=2026-03-29", "date=2026-03-31"}


def test_what_was_planted_is_taken_out_again(home):
    before = sorted((home / LANDING).rglob("*.parquet"))
    run("plant")
    assert list(files_with_any(home / LANDING / "raw", planted_texts(home).values()))
    run("search")
    run("remove")
    assert sorted((home / LANDING).rglob("*.parquet")) == before


def test_a_leak_in_the_rehearsal_ends_the_run_before_the_export(home, monkeypatch):
    stages = []

    def record(name: str, tier: Tier, **arguments) -> dict:
        stages.append(name)
        if name == "search":
            raise WinnowError("planted canaries were found", remedy="mend the model")
        return {}

    monkeypatch.setattr(daily_module, "run_stage", record)
    with pytest.raises(WinnowError, match="planted canaries"):
        daily_module.daily("opt_in", canaries=True)
    rehearsal = ["plant", "declassify", "build", "search", "remove"]
    assert stages == ["pull", "watch", "quality", *rehearsal]
