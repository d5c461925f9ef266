"""Wrong use and a world that fails: each a clear message with the remedy, nothing half-done."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.adapters.locks import tier_lock
from flows.policy.tiers import Tier
from flows.settings import PROJECT_DIR
from flows.stages import run_stage
from tests.e2e.conftest import TODAY, World
from tests.e2e.pipes import write_end
from tests.e2e.transcripts import session, write

STAGE = """
import sys
from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier
from flows.stages import run_stage
try:
    print(run_stage(sys.argv[1], Tier.OPT_IN))
except WinnowError as error:
    print(error.message, error.remedy, sep="\\n")
    sys.exit(error.exit_code)
"""


@pytest.fixture
def fresh(tmp_path) -> World:
    """A home with one session in its source, which was never run."""
    world = World(tmp_path / "home")
    world.add_session("opt_in", "ada", "s1", TODAY)
    world.add_control("opt_in", "ada", 0)
    return world


def files(home: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}


def refusal(world: World, *arguments: str, **variables: str) -> tuple[int, str]:
    code = world.winnow(*arguments, **variables)
    assert "Traceback" not in world.output
    assert "canary-" not in world.output
    return code, world.output


@pytest.mark.parametrize("day", ["2026-03-01", "2026-04-01"])
def test_a_day_outside_the_window_is_wrong_use_and_touches_nothing(fresh, day):
    before = files(fresh.home)
    code, output = refusal(fresh, "run", "--day", day)
    assert code == 2
    assert f"day {day} is outside the window 2026-03-02 … 2026-03-31" in output
    assert "→ name a day of the window" in output
    assert files(fresh.home) == before


def test_an_unknown_tier_is_wrong_use_and_the_tiers_are_named(fresh):
    code, output = refusal(fresh, "run", "--tier", "default")
    assert code == 2
    assert "→ use one of: opt_in, default_tier, feedback" in output


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("WINNOW_OPT_IN__SORUCE", "unknown variables: WINNOW_OPT_IN__SORUCE"),
        ("WINNOW_WORKERS", "these settings cannot be used: WINNOW_WORKERS"),
        ("WINNOW_TODAY", "these settings cannot be used: WINNOW_TODAY"),
    ],
)
def test_a_variable_that_is_misspelt_or_unusable_is_named_and_its_value_is_not(fresh, name, said):
    code, output = refusal(fresh, "run", **{name: "canary-value"})
    assert code == 2
    assert said in output and "→ infra/env.sample lists every variable" in output


def test_a_source_that_is_missing_is_named_with_its_variable(fresh, tmp_path):
    gone = tmp_path / "gone"
    code, output = refusal(fresh, "run", "--tier", "opt_in", WINNOW_OPT_IN__SOURCE=str(gone))
    assert code == 1
    assert f"the source folder {gone} is missing or cannot be read" in output
    assert "WINNOW_<TIER>__SOURCE" in output
    assert not (fresh.home / "landing").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_source_that_may_not_be_read_is_named(fresh):
    folder = fresh.home / "sources/opt_in"
    folder.chmod(0)
    try:
        code, output = refusal(fresh, "run", "--tier", "opt_in")
    finally:
        folder.chmod(0o700)
    assert code == 1
    assert f"the source folder {folder} is missing or cannot be read" in output


def test_a_scheme_that_no_source_has_is_wrong_use(fresh):
    code, output = refusal(
        fresh, "run", "--tier", "opt_in", WINNOW_OPT_IN__SOURCE="ftp://canary-host/x"
    )
    assert code == 2
    assert "→ use s3://bucket/prefix or a folder" in output


def test_a_second_run_of_a_tier_is_refused_clearly_and_changes_nothing(ready):
    with tier_lock(ready.home, "opt_in", 0):
        before = files(ready.home)
        code, output = refusal(ready, "run", "--tier", "opt_in", WINNOW_LOCK_SECONDS="0")
    assert code == 1
    assert "another run of opt_in is at work" in output
    assert "WINNOW_LOCK_SECONDS" in output
    assert files(ready.home) == before


def run_in(folder: Path, stage: str, world: World) -> subprocess.CompletedProcess:
    """The stage with the code that stands in `folder`."""
    command = [sys.executable, "-c", STAGE, stage]
    return subprocess.run(
        command, cwd=folder, env=world.environment(), capture_output=True, text=True, check=False
    )


def test_an_allowlist_with_a_key_that_nobody_knows_publishes_nothing(ready, tmp_path):
    """The list is part of the code: a copy of it is edited."""
    copy = tmp_path / "copy"
    shutil.copytree(PROJECT_DIR / "expectations", copy / "expectations")
    (copy / "flows").symlink_to(PROJECT_DIR / "flows")
    allowlist = copy / "expectations/allowlists/opt_in.yml"
    allowlist.write_text(allowlist.read_text() + "\nmax_bit_per_session: 900\n")
    before = ready.exports("opt_in")
    done = run_in(copy, "export", ready)
    assert done.returncode == 2
    assert "opt_in.yml" in done.stdout and "max_bit_per_session" in done.stdout
    assert "mend that key" in done.stdout
    assert ready.exports("opt_in") == before


def limited(world: World, size: int) -> tuple[int, str]:
    """A run in which no file may grow beyond `size` bytes, as on a disk that is full."""
    set_limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}));"
    code = f"{set_limit} from flows.cli import main; main()"
    command = [sys.executable, "-c", code, "run", "--tier", "opt_in"]
    done = subprocess.run(
        command, env=world.environment(), capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("size", [1024, 6000])
def test_a_full_disk_is_named_and_the_next_run_lands_all(ready, size):
    """It is full when control data is written, or in the midst of a shard."""
    folder = ready.home / f"sources/opt_in/sessions/{TODAY}/account0"
    write(folder / "new.jsonl", session(lambda field: f"canary-{field}", str(TODAY), "new"))
    published = ready.exports("opt_in")
    code, output = limited(ready, size)
    assert code == 1
    assert "File too large" in output and "→" in output
    assert "Traceback" not in output and "canary-" not in output
    assert ready.exports("opt_in") == published
    assert not list((ready.home / "landing").rglob(".*.tmp"))
    counts = run_stage("pull", Tier.OPT_IN, day=str(TODAY))
    assert counts["run"]["objects.read"] == 1


def test_a_run_that_is_stopped_by_its_user_says_how_to_go_on(fresh):
    """A pipe in the place of an object holds the run where the test wants it."""
    pipe = fresh.home / f"sources/opt_in/sessions/{TODAY}/ada/held.jsonl"
    os.mkfifo(pipe)
    process = fresh.start("run", "--tier", "opt_in")
    with write_end(pipe):
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGINT)
        output = process.communicate(timeout=60)[0]
    assert process.returncode == 130
    assert output.strip().splitlines()[-1].startswith("stopped; run the same command again")
    assert "Traceback" not in output
