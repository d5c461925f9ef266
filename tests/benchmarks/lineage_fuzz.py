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

from lineage_generator import RAW_COLUMNS, Generator, outcome, twins  # noqa: E402

from expectations.lineage import check_query  # noqa: E402

_LABEL_RULES = {"explicit_flow", "control_flow", "row_existence", "row_order", "error_channel"}


def judge(databases, sql: str) -> str:
    """Return how one query fared: broken, unknown, clean, unsound, dirty or dirty_but_equal."""
    first = outcome(databases[0], sql)
    if first in ("BinderException", "NotImplementedException"):
        return "broken"
    public = PUBLIC
    verdict = check_query(databases[0], sql, raw_columns=RAW_COLUMNS, public_columns=public)
    is_equal = all(outcome(database, sql) == first for database in databases[1:])
    if verdict.is_clean:
        return "clean" if is_equal else "unsound"
    if not {reason.rule for reason in verdict.reasons} & _LABEL_RULES:
        return "unknown"
    return "dirty_but_equal" if is_equal else "dirty"


PUBLIC = {
    *(("s", c) for c in "id a g n k d".split()),
    *(("m", c) for c in "id sid p v".split()),
    *(("w", c) for c in "id x y".split()),
    *(("l", c) for c in "id xs tags".split()),
}


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
