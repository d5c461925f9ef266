"""What reading transcripts costs: CPU seconds a gigabyte, MB a second, peak memory, and the ratio
to a plain loop over the lines.

    python tests/benchmarks/read_transcripts.py [--megabytes N] [--rounds N]

The transcripts are made up, in the shape of real ones: 72 records and 250 KB a session, progress
and tool results most of them. CPU seconds are of this process, the least of several rounds.
"""

import argparse
import json
import random
import resource
import time
import uuid
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.readers import Keys, TranscriptReader, iter_lines

RECORDS_PER_SESSION = 72
# As the pull reads.
BUFFER_BYTES = 1 << 18
# Records in a thousand, as counted over real transcripts.
MIX = {
    "call": 200,
    "result": 195,
    "progress": 255,
    "reply": 80,
    "thinking": 100,
    "prompt": 16,
    "system": 32,
    "snapshot": 28,
    "attachment": 54,
    "title": 30,
    "queue": 10,
}
WORDS = ("the", "of", "file", "test", "build", "error", "return", "path", "import", "class", "line")


class SessionMaker:
    """Makes the records of one session."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._session, self._message = self._id(), self._id()
        self._calls: list[str] = []

    def lines(self) -> Iterator[bytes]:
        kinds = self._chance.choices(list(MIX), MIX.values(), k=RECORDS_PER_SESSION)
        for number, kind in enumerate(["prompt", *kinds[1:]]):
            record = self._envelope(number) | getattr(self, f"_{kind}")()
            yield json.dumps(record, separators=(",", ":")).encode() + b"\n"

    def _envelope(self, number: int) -> dict:
        return {
            "parentUuid": self._id(), "isSidechain": False, "userType": "external",
            "cwd": "/home/someone/project", "sessionId": self._session, "version": "2.1.7",
            "gitBranch": "main", "slug": "three-harmless-words", "uuid": self._id(),
            "timestamp": f"2026-03-02T09:{number // 60:02}:{number % 60:02}.123Z",
        }  # fmt: skip

    def _prompt(self) -> dict:
        return {"type": "user", "message": {"role": "user", "content": self._text(60)}}

    def _reply(self) -> dict:
        return self._agent({"type": "text", "text": self._text(120)})

    def _thinking(self) -> dict:
        return self._agent(
            {"type": "thinking", "thinking": self._text(150), "signature": "A" * 900}
        )

    def _call(self) -> dict:
        call, (name, given) = self._id(), self._chance.choice(self._tools())
        self._calls.append(call)
        return self._agent({"type": "tool_use", "id": call, "name": name, "input": given})

    def _tools(self) -> list[tuple[str, dict]]:
        path = "/home/someone/project/src/module.py"
        old, new = self._text(40), self._text(60)
        return [
            ("Bash", {"command": self._text(12), "description": self._text(6)}),
            ("Read", {"file_path": path}),
            ("Edit", {"file_path": path, "old_string": old, "new_string": new}),
        ]

    def _result(self) -> dict:
        text = self._text(self._chance.choice([20, 200, 1500]))
        block = {
            "tool_use_id": self._calls.pop() if self._calls else self._id(),
            "type": "tool_result",
            "content": text,
        }
        patch = [{"oldStart": 1, "lines": ["+" + self._text(8) for _ in range(6)]}]
        outcome = self._chance.choice(
            [
                {"stdout": text, "stderr": "", "interrupted": False},
                {"originalFile": self._text(2500), "structuredPatch": patch},
            ]
        )
        return {
            "type": "user",
            "message": {"role": "user", "content": [block]},
            "toolUseResult": outcome,
        }

    def _progress(self) -> dict:
        output = {"type": "bash_progress", "output": self._text(40), "fullOutput": self._text(600)}
        return {"type": "progress", "data": output, "toolUseID": self._id()}

    def _system(self) -> dict:
        return {"type": "system", "subtype": "turn_duration", "durationMs": 5}

    def _snapshot(self) -> dict:
        files = {f"src/{self._text(1)}.py": {"version": 1} for _ in range(20)}
        return {"type": "file-history-snapshot", "snapshot": {"trackedFileBackups": files}}

    def _attachment(self) -> dict:
        hook = {"type": "hook_success", "stdout": self._text(60)}
        return {"type": "attachment", "attachment": hook}

    def _title(self) -> dict:
        return {"type": "last-prompt", "lastPrompt": self._text(40)}

    def _queue(self) -> dict:
        return {"type": "queue-operation", "operation": "enqueue", "content": self._text(20)}

    def _agent(self, block: dict) -> dict:
        if self._chance.random() < 0.5:
            self._message = self._id()
        usage = {"input_tokens": 9, "output_tokens": 90, "cache_read_input_tokens": 9_000}
        message = {
            "model": "claude-opus-4-6", "id": self._message, "type": "message",
            "role": "assistant", "content": [block], "usage": usage,
        }  # fmt: skip
        return {"type": "assistant", "message": message, "requestId": self._message}

    def _id(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128)))

    def _text(self, words: int) -> str:
        return "\n".join(
            " ".join(self._chance.choices(WORDS, k=min(12, words - start)))
            for start in range(0, words, 12)
        )


def write_sessions(folder: Path, megabytes: int) -> list[Path]:
    """One file a session, together at least that many MB."""
    chance, files, size = random.Random(7), [], 0
    while size < megabytes * 1_000_000:
        files.append(folder / f"{len(files)}.jsonl")
        size += files[-1].write_bytes(b"".join(SessionMaker(chance).lines()))
    return files


def write_long_line(folder: Path, megabytes: int) -> Path:
    """One prompt whose image makes its line that long; written in pieces, to keep the peak low."""
    record = json.loads(next(SessionMaker(random.Random(7)).lines()))
    image = {"type": "image", "source": {"data": "HERE"}}
    record["message"]["content"] = [image, {"type": "text", "text": "Like this."}]
    before, after = json.dumps(record).encode().split(b"HERE")
    path = folder / "long.jsonl"
    with path.open("wb") as stream:
        stream.write(before)
        for _ in range(megabytes):
            stream.write(b"A" * 1_000_000)
        stream.write(after + b"\n")
    return path


def hashed(source_id: str) -> str:
    return blake2b(source_id.encode(), key=b"benchmark", digest_size=16).hexdigest()


def read_events(files: list[Path]) -> int:
    events = 0
    for path in files:
        reader = TranscriptReader(Keys(event=hashed, message=hashed))
        with path.open("rb", BUFFER_BYTES) as stream:
            events += sum(1 for _ in reader.read(iter_lines(stream)))
    return events


def read_lines(files: list[Path]) -> int:
    lines = 0
    for path in files:
        with path.open("rb", BUFFER_BYTES) as stream:
            for _ in stream:
                lines += 1
    return lines


def least_cpu_seconds(work: Callable[[], int], rounds: int) -> tuple[float, int]:
    """(seconds, what the work counted) of the cheapest round."""
    best, counted = float("inf"), 0
    for _ in range(rounds):
        start = time.process_time()
        counted = work()
        best = min(best, time.process_time() - start)
    return best, counted


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--megabytes", type=int, default=100)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    with TemporaryDirectory() as folder:
        files = write_sessions(Path(folder), given.megabytes)
        gigabytes = sum(path.stat().st_size for path in files) / 1e9
        loop, lines = least_cpu_seconds(lambda: read_lines(files), given.rounds)
        read, events = least_cpu_seconds(lambda: read_events(files), given.rounds)
        print(f"{len(files)} sessions, {gigabytes * 1000:.0f} MB, {lines} lines, {events} events")
        print(f"line loop   {loop / gigabytes:6.2f} CPU-s/GB")
        print(f"reader      {read / gigabytes:6.2f} CPU-s/GB   {gigabytes * 1000 / read:.0f} MB/s")
        print(f"ratio       {read / loop:6.2f}")
        print(f"peak        {peak_mib():6.1f} MiB")
        long_line = [write_long_line(Path(folder), 40)]
        seconds, events = least_cpu_seconds(lambda: read_events(long_line), 1)
        print(f"40 MB line  {seconds:6.2f} CPU-s, {events} event, peak {peak_mib():.1f} MiB")


if __name__ == "__main__":
    main()
