"""Files of prompts through a backend: lines in, lines out, in order and in bounded memory."""

import gc
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from flows.bits.backends import Backend
from flows.bits.calibration import centred
from flows.bits.decisions import decide, decide_surely
from flows.bits.names import BITS
from flows.bits.prompt_lines import BadLine, Line, read_lines
from flows.policy.errors import WinnowError

# A batch is one piece of work of a process, and of bounded size whatever its lines are.
_BATCH_LINES, _BATCH_BYTES = 1000, 16 << 20


class Answers(NamedTuple):
    """Of a batch: one JSON line a prompt, and the lines that were none."""

    lines: bytes
    bad: list[BadLine]


@cache
def open_backend(name: str, tier: str = "") -> Backend:
    """`tier`: whose text this is, which a language model has to be allowed for. Raises WinnowError
    (wrong use) on an unknown name, and where the tier has no language model."""
    if name == "embedded":
        from flows.bits.embedded import Embedded

        return Embedded()
    if name == "llm":
        from flows.llm_backend import open_llm_backend

        return open_llm_backend(tier)
    raise WinnowError(
        f"there is no backend of this name ({len(name)} characters)",
        remedy="--backend embedded, or llm",
        exit_code=2,
    )


@contextmanager
def open_lines(name: str) -> Iterator[BinaryIO]:
    """A file's lines, or standard input's for `-`. Raises WinnowError where it cannot be read."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115 - closed below, outside of the try
    except OSError as error:
        raise WinnowError(
            f"the file of prompts cannot be opened ({type(error).__name__})",
            remedy="name a file with one JSON object a line, or `-` for standard input",
            exit_code=2,
        ) from None
    with file:
        yield file


def answer_all(
    lines: Iterable[bytes], backend: str, tier: str = "", *, sure: bool
) -> Iterator[Answers]:
    """Answers in the order of the lines; more than one batch is shared by all cores.

    Only the embedded backend is: another one has its own concurrency.
    """
    batches = _batches(lines)
    work = [(batch, backend, tier, sure) for batch in islice(batches, 2)]
    rest = ((batch, backend, tier, sure) for batch in batches)
    if len(work) < 2 or backend != "embedded":
        yield from map(_answer, chain(work, rest))
        return
    # Scoring makes lists by the million and no cycle: the search for some costs a seventh.
    with ProcessPoolExecutor(os.cpu_count(), initializer=gc.disable) as pool:
        # A window of futures: the pool's own map would read the whole input at once.
        waiting = deque(pool.submit(_answer, batch) for batch in work)
        while waiting:
            waiting.extend(pool.submit(_answer, batch) for batch in islice(rest, 1))
            yield waiting.popleft().result()


def _batches(lines: Iterable[bytes]) -> Iterator[list[tuple[int, bytes]]]:
    batch, size = [], 0
    for number, line in enumerate(lines, start=1):
        batch.append((number, line))
        size += len(line)
        if len(batch) == _BATCH_LINES or size > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _answer(work: tuple[list[tuple[int, bytes]], str, str, bool]) -> Answers:
    batch, name, tier, sure = work
    return answer(batch, open_backend(name, tier), decide_surely if sure else decide)


def answer(batch: list[tuple[int, bytes]], backend: Backend, choose: Callable) -> Answers:
    """Scores a batch of numbered lines."""
    read = list(read_lines(batch))
    found = [line for line in read if isinstance(line, Line)]
    scores = backend.score([line.prompt for line in found])
    values = choose(scores, backend.thresholds)
    shown = centred(scores, backend.thresholds.balanced)
    encoder = msgspec.json.Encoder()
    lines = [
        encoder.encode({"id": line.id, "bits": value, "scores": _shown(row)})
        for line, value, row in zip(found, values, shown.tolist(), strict=True)
    ]
    bad = [line for line in read if isinstance(line, BadLine)]
    return Answers(b"".join(line + b"\n" for line in lines), bad)


def _shown(row: list[float]) -> dict[str, float | None]:
    """NaN is null: the backend cannot tell."""
    return {
        bit: round(score, 4) if score == score else None
        for bit, score in zip(BITS, row, strict=True)
    }
