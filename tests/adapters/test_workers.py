"""Worker processes: results in order, and an end whenever the user stops the run."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from functools import partial

import pytest

from flows.adapters.workers import in_workers

# The script prints when it begins: what comes before is Python's own start.
SCRIPT = """
import time
from flows.adapters.workers import in_workers
if __name__ == "__main__":
    print("begins", flush=True)
    list(in_workers(time.sleep, [0.02] * 500, 2, []))
"""


def test_results_come_in_the_order_of_the_items():
    assert list(in_workers(abs, range(-20, 0), 2, [])) == list(range(20, 0, -1))


def test_a_worker_that_is_ended_from_outside_ends_the_pool():
    with pytest.raises(BrokenProcessPool):
        list(in_workers(os._exit, [1, 1, 1], 2, []))


@pytest.mark.parametrize("moment", [0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6])
def test_ctrl_c_ends_all_processes_at_whatever_moment_and_workers_say_nothing(moment):
    run = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Tests that run in a script's background would hand on that Ctrl-C is ignored.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    assert run.stdout.readline() == "begins\n"
    time.sleep(moment)
    os.killpg(run.pid, signal.SIGINT)
    try:
        said = run.communicate(timeout=30)[1]
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
    assert run.returncode == -signal.SIGINT
    assert said.count("Traceback") == 1 and said.rstrip().endswith("KeyboardInterrupt")
    assert _is_gone(run.pid)


def _is_gone(group: int) -> bool:
    """Whether no process of the group is left, soon."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
