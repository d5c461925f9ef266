"""The drill in small: a few days spread over more than the window (tests/benchmarks/drill.py)."""

import subprocess
import sys


def test_a_drill_of_a_few_days_finds_nothing_left_and_nothing_lost():
    small = ["--days", "37", "--every", "18", "--accounts", "4", "--builds", "0"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.drill", *small],
        stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "nothing lost" in done.stdout
