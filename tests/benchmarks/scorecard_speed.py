"""CPU seconds and memory of `winnow scorecard` on 1e6 sessions, 12 metrics, 2 variants.

python -m tests.benchmarks.scorecard_speed [--sessions N] [--accounts N]
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

METRICS = 12


def write_table(path: Path, sessions: int, accounts: int, *, extras: bool) -> None:
    """Half of the metrics are boolean; `extras` adds days and a covariate."""
    rng = np.random.default_rng(1)
    account = rng.integers(0, accounts, sessions)
    trait, variant = rng.normal(size=accounts), rng.integers(0, 2, accounts)
    columns = {
        "account_key": pa.array([f"{number * 7919:032x}" for number in account]),
        "variant": pa.array(np.array(["control", "treatment"])[variant[account]]),
    }
    for number in range(METRICS):
        values = trait[account] + rng.normal(size=sessions)
        columns[f"metric_{number}"] = pa.array(values > 1 if number % 2 else values + 10)
    if extras:
        columns["pre_metric_0"] = pa.array(trait[account])
        days = np.datetime64("2026-01-01") + rng.integers(0, 28, sessions)
        columns["observed_at"] = pa.array(days)
    pq.write_table(pa.table(columns), path)


def measured(path: Path) -> tuple[float, float]:
    """(CPU seconds, peak MiB) of the command in a process of its own."""
    command = f"import sys; sys.argv = ['winnow', 'scorecard', {str(path)!r}, '--json']"
    body = (
        f"{command}\nimport resource\nfrom flows.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", body], check=True, capture_output=True, text=True)
    seconds, memory = done.stderr.split()[-2:]
    return float(seconds), float(memory)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=60_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sessions.parquet"
        for extras in (False, True):
            write_table(path, options.sessions, options.accounts, extras=extras)
            seconds, memory = min(measured(path) for _ in range(3))
            name = "with days and a covariate" if extras else "account, variant, metrics"
            print(
                f"{options.sessions:,} sessions, {name:26} {seconds:5.2f} CPU-s {memory:5.0f} MiB"
            )


if __name__ == "__main__":
    main()
