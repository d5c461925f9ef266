"""No words leave the raw zone: after a full run, after failing runs, after kills."""

import os
import random
import shutil
import signal
import time

import pytest

from flows.verifier.residue import files_with_any, layers_of_file

CANARY = "canary-"


@pytest.fixture(scope="module")
def done(world):
    assert world.winnow("run", "--tier", "opt_in") == 0, world.output
    first = world.output
    assert world.winnow("run", "--tier", "default_tier") == 0, world.output
    world.output += first
    return world


def test_the_canaries_did_reach_the_raw_zone_or_the_search_would_prove_nothing(done):
    for tier in ("opt_in", "default_tier"):
        files = (done.home / "landing" / tier / "raw").rglob("*.parquet")
        text = b"".join(layer for path in files for layer in layers_of_file(path))
        for field in ("prompt", "reply", "said", "queued", "args", "command", "path", "cwd"):
            assert f"canary-{tier}-{field}-".encode() in text, field


def test_no_canary_is_in_any_file_outside_the_raw_zone(done):
    assert [path for root in done.outside_raw() for path in files_with_any(root, [CANARY])] == []


def test_no_canary_is_in_what_the_command_printed(done):
    assert CANARY not in done.output


def test_nothing_of_one_tier_is_in_another(done):
    for tier, other in (("opt_in", "default_tier"), ("default_tier", "opt_in")):
        raw = done.home / "landing" / tier
        assert files_with_any(raw, [f"canary-{other}"]) == []


def test_the_opt_in_export_has_a_row_a_session_and_a_manifest_a_day(done):
    manifests = list((done.home / "exports/opt_in/training_sessions").glob("*/manifest.json"))
    assert len(manifests) == 3


def test_a_rerun_gives_the_same_bytes(done):
    before = done.exports("opt_in")
    assert done.winnow("run", "--tier", "opt_in") == 0, done.output
    assert "0 parsed now" in done.output
    assert done.exports("opt_in") == before


def test_a_run_killed_at_any_moment_and_run_again_ends_in_the_same_exports(done, tmp_path):
    """Five kills of everything at random moments, from nothing; keys as they were."""
    expected = {name: data for name, data in done.exports("opt_in").items() if "part-" in name}
    for zone in ("landing", "warehouse", "exports", "candidates", "state"):
        shutil.rmtree(done.home / zone)
    chance = random.Random(5)
    for _ in range(5):
        process = done.start("run", "--tier", "opt_in")
        time.sleep(chance.uniform(0.5, 9))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert done.winnow("run", "--tier", "opt_in") == 0, done.output
    found = {name: data for name, data in done.exports("opt_in").items() if "part-" in name}
    assert found == expected
