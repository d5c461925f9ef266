"""How many prompts a second the embedded model scores: `python -m tests.benchmarks.bits_speed`.

The authored prompts, each a few times, as `winnow bits` reads them: JSON in, JSON out, by as many
processes as there are cores. Prints CPU-seconds too: wall times on shared machines mean little.
"""

import json
import os
import resource
import time

from flows.score_prompts import answer_all
from tests.bits.training.prompts import PASSES, read_pass

_TIMES = 6


def main() -> None:
    rows = [row for name in PASSES for row in read_pass(name)]
    lines = [json.dumps(row).encode() for row in rows] * _TIMES
    started = time.perf_counter()
    for _ in answer_all(lines, "embedded", sure=False):
        pass
    seconds = time.perf_counter() - started
    cpu = sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    print(
        f"{len(lines):,} prompts in {seconds:.1f} s on {os.cpu_count()} cores: "
        f"{len(lines) / seconds:,.0f} a second; {len(lines) / cpu:,.0f} a CPU-second"
    )


if __name__ == "__main__":
    main()
