"""A home with its sources, and transcripts that a product would write."""

import json
from datetime import date
from pathlib import Path

import pyarrow.dataset as ds

TODAY = date(2026, 3, 31)
DAY = date(2026, 3, 30)


def record(kind: str, at: str, uuid: str, session: str, **fields) -> dict:
    return {
        "type": kind, "uuid": uuid, "sessionId": session, "timestamp": at, "version": "2.1.100",
        "cwd": "/home/dev/project", **fields,
    }  # fmt: skip


def prompt(text: str, uuid: str, session: str = "s1", at: str = f"{DAY}T09:00:00Z") -> dict:
    return record("user", at, uuid, session, message={"role": "user", "content": text})


def reply(text: str, uuid: str, session: str = "s1", at: str = f"{DAY}T09:00:05Z") -> dict:
    message = {
        "id": f"msg-{uuid}", "role": "assistant", "model": "claude-opus-4-5",
        "content": [{"type": "text", "text": text}],
        "usage": {"input_tokens": 10, "output_tokens": 20},
    }  # fmt: skip
    return record("assistant", at, uuid, session, message=message)


class House:
    """WINNOW_HOME with its sources, as folders."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def write(
        self, *records: dict | bytes, tier="opt_in", account="ada", name="s1", day=DAY
    ) -> Path:
        folder = self.home / "sources" / tier / "sessions" / str(day) / account
        folder.mkdir(parents=True, exist_ok=True)
        lines = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in records]
        path = folder / f"{name}.jsonl"
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        return path

    def consent(self, account="ada", state="granted", at="2026-03-01T00:00:00Z") -> None:
        line = {
            "event_id": f"{account}-{state}-{at}", "account_id": account, "programme": "opt_in",
            "state": state, "effective_at": at, "recorded_at": at,
        }  # fmt: skip
        self.control("opt_in", "consent", line)

    def control(self, tier: str, dataset: str, *lines: dict) -> None:
        folder = self.home / "sources" / "control" / tier / dataset
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lines.jsonl").open("a") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)

    def landed(self, dataset: str, tier="opt_in") -> list[dict]:
        files = sorted((self.home / "landing" / tier / dataset).rglob("*.parquet"))
        return ds.dataset(files).to_table().to_pylist() if files else []

    def files(self, tier="opt_in") -> dict[str, bytes]:
        landing = self.home / "landing" / tier
        return {str(path): path.read_bytes() for path in landing.rglob("*.parquet")}
