"""What a pull costs, text written and all: CPU seconds a gigabyte, peak memory a process, cores
used, an unchanged rerun, and the ratio to decoding the same lines and nothing else, which tells
a slow machine from a slow pull.

    python tests/benchmarks/pull.py [--megabytes N] [--days N]

Whole processes, children included, as the operating system counts them; also the workers, whose
parent is not the pull itself (Linux: this process adopts them). The transcripts are those of
read_transcripts.py; they are written below TMPDIR, which in a file system of memory leaves out what
a cold disk costs.
"""

import argparse
import ctypes
import os
import random
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.readers import iter_lines
from flows.readers.decoding import decode_line
from tests.benchmarks.read_transcripts import BUFFER_BYTES, SessionMaker

TODAY = datetime.now(UTC).date()
MADE_ON = b"2026-03-02T09:"
WORK = """
from datetime import date
from flows.policy.tiers import Tier
from flows.stages import run_stage
if __name__ == "__main__":
    day = date.fromisoformat("{day}")
    print(run_stage("pull", Tier.DEFAULT, day=day, first=None)["run"])
"""
LONG_LINE_MB = 40
PR_SET_CHILD_SUBREAPER = 36


def main() -> None:
    options = _options()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with TemporaryDirectory() as home:
        size = make_source(Path(home), options.megabytes << 20, options.days)
        print(f"{size / 1e6:.0f} MB of transcripts over {options.days} days")
        decoding = decoding_seconds(Path(home))
        first = run(home)
        report("pull", first, size)
        print(f"  pull / decoding alone ({decoding:.2f} CPU-s): {first['cpu'] / decoding:.2f}")
        again = run(home)
        report("unchanged rerun", again, size)
        print(f"  rerun / pull: {again['cpu'] / first['cpu']:.2f}")
        add_long_line(Path(home))
        report(f"one line of {LONG_LINE_MB} MB", run(home), LONG_LINE_MB << 20)


def make_source(home: Path, wanted: int, days: int) -> int:
    chance = random.Random(7)
    size = number = 0
    while size < wanted:
        day = TODAY - timedelta(days=number % days)
        lines = b"".join(SessionMaker(chance).lines())
        path = source_file(home, day, f"s{number}")
        path.write_bytes(lines.replace(MADE_ON, f"{day}T00:".encode()))
        size, number = size + path.stat().st_size, number + 1
    return size


def add_long_line(home: Path) -> None:
    """Written in pieces: a child's peak memory counts what its parent held when it forked."""
    line = next(SessionMaker(random.Random(8)).lines()).replace(MADE_ON, f"{TODAY}T00:".encode())
    start, mark, end = line.partition(b'"content":"')
    with source_file(home, TODAY, "long").open("wb") as file:
        file.write(start + mark)
        for _ in range(LONG_LINE_MB):
            file.write(b"lorem ipsum dolor " * ((1 << 20) // 18))
        file.write(end)


def source_file(home: Path, day, name: str) -> Path:
    folder = home / "sources/default_tier/sessions" / str(day) / f"account{len(name)}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.jsonl"


def decoding_seconds(home: Path) -> float:
    """CPU seconds of one process that decodes every line and keeps none."""
    started = time.process_time()
    for path in (home / "sources").rglob("*.jsonl"):
        with path.open("rb", BUFFER_BYTES) as stream:
            for line in iter_lines(stream):
                decode_line(line)
    return time.process_time() - started


def run(home: str) -> dict:
    """One pull as a process of its own; `cpu` and `peak` include its workers."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", WORK.format(day=TODAY)],
        env=os.environ | {"WINNOW_HOME": home},
        stdout=subprocess.PIPE,
        text=True,
    )
    answer = process.stdout.read()
    process.returncode = 0
    usages = list(_ended())
    wall = time.perf_counter() - started
    cpu = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    peak = max(usage.ru_maxrss for usage in usages) / 1024
    return {"cpu": cpu, "wall": wall, "peak": peak, "answer": answer}


def _ended():
    """What each child and adopted process used, its own children included."""
    with suppress(ChildProcessError):
        while True:
            yield os.wait3(0)[2]


def report(title: str, figures: dict, size: int) -> None:
    print(
        f"{title}: {figures['cpu']:.2f} CPU-s, {figures['cpu'] / (size / 1e9):.2f} CPU-s a GB, "
        f"{figures['wall']:.2f} s wall, {figures['cpu'] / figures['wall']:.2f} cores, "
        f"peak {figures['peak']:.0f} MiB a process"
    )


def _options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--days", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
