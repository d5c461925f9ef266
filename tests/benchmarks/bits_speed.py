"""How many prompts a second the embedded model scores: `python -m tests.benchmarks.bits_speed`.

As `winnow bits` reads them: JSON in, JSON out, by as many processes as there are cores. Authored
prompts are joined until they are as long as real ones (quartiles of 60, 123 and 260 characters, a
tenth over 470, one in fifty over 950), each with an agent's text of 1,000 characters and the prompt
before. Prints CPU-seconds too: wall times on shared machines mean little.
"""

import json
import os
import resource
import time

import numpy as np

from flows.score_prompts import answer_all
from tests.bits.training.prompts import PASSES, read_pass

_COUNT, _CONTEXT = 60_000, 1000
_SHARES = (0.0, 0.25, 0.5, 0.75, 0.9, 0.98, 1.0)
_LENGTHS = (2, 60, 123, 260, 470, 950, 1500)


def main() -> None:
    lines = make_lines()
    started, before = time.perf_counter(), cpu_seconds()
    size = sum(len(found.lines) for found in answer_all(lines, "embedded", sure=False))
    seconds, cpu = time.perf_counter() - started, cpu_seconds() - before
    print(
        f"{len(lines):,} prompts in {seconds:.1f} s on {os.cpu_count()} cores: "
        f"{len(lines) / seconds:,.0f} a second; {len(lines) / cpu:,.0f} a CPU-second "
        f"({sum(map(len, lines)) >> 20} MiB in, {size >> 20} MiB out)"
    )


def make_lines() -> list[bytes]:
    random = np.random.default_rng(0)
    rows = [row for name in PASSES for row in read_pass(name)]
    texts = [row["text"] for row in rows]
    lengths = np.interp(random.random(_COUNT), _SHARES, _LENGTHS).astype(int)
    drawn = random.integers(0, len(texts), (_COUNT, 3))
    return [
        json.dumps(
            {
                "id": str(number),
                "text": longer(texts, first, length),
                "context": longer(texts, second, _CONTEXT),
                "prev_user": texts[third],
            }
        ).encode()
        for number, (length, (first, second, third)) in enumerate(
            zip(lengths, drawn.tolist(), strict=True)
        )
    ]


def longer(texts: list[str], first: int, length: int) -> str:
    """Neighbouring texts, cut at `length` characters; a third is joined by line breaks."""
    found, between = texts[first], " " if first % 3 else "\n"
    while len(found) < length:
        first = (first + 1) % len(texts)
        found += between + texts[first]
    return found[:length]


def cpu_seconds() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    main()
