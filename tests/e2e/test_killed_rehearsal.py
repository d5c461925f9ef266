"""A rehearsal with canaries that is killed leaves nothing that the next run does not remove."""

import os
import signal
import time

import pytest

from flows.adapters.planted import consent_file, is_planted

PATIENCE_SECONDS = 120


@pytest.fixture
def killed(ready):
    """A home whose second run was killed as soon as its canaries were planted."""
    process = ready.start("run", "--tier", "opt_in", "--canaries", PREFECT_API_URL="")
    limit = time.monotonic() + PATIENCE_SECONDS
    while not consent_file(landing(ready)).exists() and time.monotonic() < limit:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert is_planted(landing(ready))
    return ready


def landing(world):
    return world.home / "landing" / "opt_in"


def exported(world) -> dict[str, bytes]:
    return {name: data for name, data in world.exports("opt_in").items() if "part-" in name}


def test_the_run_after_a_killed_rehearsal_leaves_no_canary_and_the_same_exports(killed, finished):
    assert killed.winnow("run", "--tier", "opt_in", PREFECT_API_URL="") == 0
    assert not is_planted(landing(killed))
    assert not list(landing(killed).rglob("*canaries*"))
    assert exported(killed) == exported(finished)
