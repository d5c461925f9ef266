"""What measuring survival costs, in turn with `git log -p` and, where it is installed,
git-of-theseus: CPU seconds, peak memory, ratios; then a table by commits and checkpoints.

    python tests/benchmarks/survival_speed.py REPO [--theseus git-of-theseus-analyze]
                                              [--exclude PATH]... [--rounds N]

Whole processes, git's among them, as the operating system counts them. The least of the rounds
counts: on a shared machine the others measure its neighbours. git-of-theseus wants a clone that is
not bare. For one that lacks contents, `git log -p` needs the files left out with --exclude.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

WINNOW = [sys.executable, "-c", "from flows.cli import main; main()", "survival"]
DAYS_OF_MONTH = ",".join(f"{day}d" for day in range(1, 29))


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a process and its children, and the largest of them in MiB."""

    cpu: float
    peak: float
    output: bytes = b""

    def __str__(self) -> str:
        return f"{self.cpu:7.2f} CPU-s {self.peak:7.0f} MiB"


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as scratch:
        compare(options, Path(scratch))
        tabulate(options)


def compare(options, scratch: Path) -> None:
    ours = {
        method: least(options.rounds, [*WINNOW, options.repo, "--method", method, "--json"])
        for method in ("line/1", "blame/1")
    }
    for method, cost in ours.items():
        print(f"winnow {method:<8} all agent commits × 5 checkpoints {cost}")
    told = json.loads(ours["blame/1"].output)
    print(f"  {told['sessions']:,} commits, {told['lines']:,} lines")
    floor = least(options.rounds, _log(options))
    print(f"git log -p -U0 -M                                   {floor}")
    ratios(ours, floor, "× git log -p", lambda our, other: our / other)
    if options.theseus:
        theseus = run(_theseus(options, scratch))
        print(f"git-of-theseus, daily                               {theseus}")
        ratios(ours, theseus, "× less than git-of-theseus", lambda our, other: other / our)
    later_run(options, scratch)


def ratios(ours, other: Cost, words: str, ratio) -> None:
    for method, cost in ours.items():
        print(f"  {method}: {ratio(cost.cpu, other.cpu):.1f} {words}")


def later_run(options, scratch: Path) -> None:
    """A run on the state of the day before."""
    git = ["git", "-C", options.repo]
    newest = int(_told([*git, "log", "-1", "--format=%ct", options.head]))
    day_before = _told(
        [*git, "rev-list", "--first-parent", "-1", f"--before={newest - 86_400}", options.head]
    )
    count = _told([*git, "rev-list", "--count", f"{day_before}..{options.head}"])
    state = ["--state", str(scratch / "state")]
    run([*WINNOW, options.repo, "--head", day_before, "--json", *state])
    cost = run([*WINNOW, options.repo, "--head", options.head, "--json", *state])
    print(f"a day's {count} commits on saved state                  {cost}")


def tabulate(options) -> None:
    """Costs with parts of the history, and with more checkpoints."""
    git = ["git", "-C", options.repo, "rev-list", "--first-parent", options.head]
    mainline = _told(git).split()
    print("commits  checkpoints")
    for part in (2, 3, 4):
        head = mainline[len(mainline) - len(mainline) * part // 4]
        count = int(_told(["git", "-C", options.repo, "rev-list", "--count", head]))
        for number, names in ((1, "28d"), (5, "1h,1d,7d,14d,28d"), (28, DAYS_OF_MONTH)):
            asked = [options.repo, "--head", head, "--checkpoints", names, "--json"]
            print(f"{count:7,}  {number:11}  {least(options.rounds, [*WINNOW, *asked])}")


def least(rounds: int, command: list[str]) -> Cost:
    return min((run(command) for _ in range(rounds)), key=lambda cost: cost.cpu)


def run(command: list[str]) -> Cost:
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{Path(command[0]).name} ended with {process.returncode}")
        out.seek(0)
        kept = out.read() if "--json" in command else b""
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, kept)


def _log(options) -> list[str]:
    without = [f":(exclude,top,literal){path}" for path in options.exclude]
    paths = ["--", ":/", *without] if without else []
    return ["git", "-C", options.repo, "log", "-p", "-U0", "-M", options.head, *paths]


def _theseus(options, scratch: Path) -> list[str]:
    daily = ["--interval", "86400", "--quiet", "--procs", "1", "--outdir", str(scratch)]
    return [options.theseus, options.repo, "--branch", options.head, *daily]


def _told(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def _options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repo")
    parser.add_argument("--head", default="HEAD")
    parser.add_argument("--theseus", default=None)
    parser.add_argument("--exclude", action="append", default=[])
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
