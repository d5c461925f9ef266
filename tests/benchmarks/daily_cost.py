"""What a daily run of every tier costs where there is no data: CPU seconds by tier and stage.

    PYTHONPATH=. python tests/benchmarks/daily_cost.py [--home FOLDER]

Runs `winnow run` twice as a command, on a home that is new and on the same home again; then each
tier's day once more with every stage measured on its own. Whole processes, children included, as
the operating system counts them. The parts of the table do not sum to the command: what is left is
the command itself and its one process a tier.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

_TIERS = ("opt_in", "default_tier", "feedback")
_COMMAND = [sys.executable, "-c", "from flows.cli import main; main()", "run"]
_STAGES = """
import sys
from flows import daily
from tests.benchmarks.daily_cost import measured
run_stage = daily.run_stage

def timed(stage, tier, **arguments):
    found, cpu, wall = measured(lambda: run_stage(stage, tier, **arguments))
    print(f"{tier} {stage} {cpu} {wall}")
    return found

daily.run_stage = timed
daily.daily(sys.argv[1])
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        home = str(options.home or folder)
        first, again = _command(home), _command(home)
        both = _command(home, "--tier", "opt_in"), _command(home, "--tier", "default_tier")
        _table([_stages(home, tier) for tier in _TIERS])
    print(f"{'winnow run, new home':36}{first[0]:6.1f} CPU-s {first[1]:6.1f} s")
    print(f"{'winnow run, again':36}{again[0]:6.1f} CPU-s {again[1]:6.1f} s")
    cpu, wall = (sum(figures) for figures in zip(*both, strict=True))
    print(f"{'winnow run of the two tiers, again':36}{cpu:6.1f} CPU-s {wall:6.1f} s")


def measured(work: Callable) -> tuple[object, float, float]:
    """What `work` returns, the CPU seconds of the child processes that it ended, and seconds."""
    before, started = _children_cpu(), time.monotonic()
    found = work()
    return found, _children_cpu() - before, time.monotonic() - started


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _command(home: str, *options: str) -> tuple[float, float]:
    _, cpu, wall = measured(lambda: _run(home, [*_COMMAND, *options]))
    return cpu, wall


def _stages(home: str, tier: str) -> dict[str, float]:
    lines = _run(home, [sys.executable, "-c", _STAGES, tier]).splitlines()
    return {stage: float(cpu) for _, stage, cpu, _ in map(str.split, lines)}


def _run(home: str, command: list[str]) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"WINNOW_HOME": home, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def _table(tiers: list[dict[str, float]]) -> None:
    print(f"{'CPU-s, stages of a run again':36}" + "".join(f"{tier:>14}" for tier in _TIERS))
    for stage in dict.fromkeys(stage for tier in tiers for stage in tier):
        figures = "".join(
            f"{tier[stage]:14.1f}" if stage in tier else f"{'–':>14}" for tier in tiers
        )
        print(f"  {stage:34}{figures}")
    print(f"  {'all stages':34}" + "".join(f"{sum(tier.values()):14.1f}" for tier in tiers))


if __name__ == "__main__":
    main()
