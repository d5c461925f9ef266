"""Soundness of the flow analysis: random queries that it calls clean give equal rows on twins.

    python tests/benchmarks/lineage_fuzz.py [queries] [first seed]

Prints how many queries were clean, dirty and refused for their form, how many of the dirty ones
differed on twins (the others are the price of caution), and every unsound one. Exit code 1 if
there is one.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

_ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(_ROOT), str(_ROOT / "tests" / "expectations" / "lineage")]

from lineage_generator import Generator, judge, twins  # noqa: E402


def run(count: int, first_seed: int = 0) -> tuple[Counter, list[str]]:
    """Judge `count` queries; returns the tally and the unsound ones."""
    databases, tally, unsound = twins(), Counter(), []
    for seed in range(first_seed, first_seed + count):
        sql = Generator(seed).query()
        verdict = judge(databases, sql)
        tally[verdict] += 1
        if verdict == "unsound":
            unsound.append(f"seed {seed}: {sql}")
    return tally, unsound


def main() -> int:
    """Run from the command line."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    first_seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    start = time.monotonic()
    tally, unsound = run(count, first_seed)
    print(f"{count} queries in {time.monotonic() - start:.0f} s")
    for verdict, number in tally.most_common():
        print(f"  {verdict:16} {number:6} {number / count:6.1%}")
    print(f"{len(unsound)} unsound")
    print("\n".join(unsound))
    return 1 if unsound else 0


if __name__ == "__main__":
    sys.exit(main())
