"""The world outside of a drill: a product that writes sessions, consent and odd things to S3."""

import json
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import boto3

from tests.flows.house import prompt, reply

BUCKETS = {"opt_in": "opt-in", "default_tier": "default-tier"}
CONTROL = "control"
# Number of the simulated day → accounts that are erased on it.
ERASED = {1: ("account1",), 2: ("account2",)}
FLIPPER, REVOKED = "account0", "account3"


class Session(NamedTuple):
    tier: str
    account: str
    name: str
    day: date
    started: datetime

    @property
    def words(self) -> str:
        return f"words-{self.tier}-{self.account}-{self.name}"

    @property
    def key(self) -> str:
        return f"product/sessions/{self.day}/{self.account}/{self.name}.jsonl"


class World:
    def __init__(self, home: Path, url: str, accounts: int, seed: int) -> None:
        self.home, self.url = home, url
        self.accounts = [f"account{number}" for number in range(accounts)]
        self.chance = random.Random(seed)
        self.client = boto3.client(
            "s3", endpoint_url=url, region_name="us-east-1",
            aws_access_key_id="test", aws_secret_access_key="test",
        )  # fmt: skip
        self.first = self.today = None
        self.sessions: list[Session] = []
        self.consent: list[tuple[str, str, datetime]] = []
        self.erased: dict[tuple[str, str], datetime] = {}
        self.puts = self.replays = self.flips = 0
        self._make_buckets()

    def environment(self, scope: str) -> dict[str, str]:
        """What a scheduled process of the scope sees; nothing of another tier."""
        shared = {
            "WINNOW_HOME": str(self.home), "WINNOW_TODAY": str(self.today),
            "WINNOW_CONTROL__SOURCE": f"s3://{CONTROL}", "WINNOW_WORKERS": "1",
        }  # fmt: skip
        if scope not in BUCKETS:
            return shared
        own = {"SOURCE": f"s3://{BUCKETS[scope]}/product", "ENDPOINT_URL": self.url,
               "ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test"}  # fmt: skip
        return shared | {f"WINNOW_{scope.upper()}__{name}": value for name, value in own.items()}

    def write_sessions(self, day: date) -> None:
        """A session an account and tier; every object grows once, one a day is deleted and put
        again, and one upload is never finished."""
        if self.first is None:
            self.first = day
            for account in self.accounts:
                self.say(account, "granted", datetime(2026, 1, 1, tzinfo=UTC))
        for tier, bucket in BUCKETS.items():
            for account in self.accounts:
                at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
                self.sessions.append(Session(tier, account, f"{account}-{day}", day, at))
                self.put(self.sessions[-1], grown=False)
                self.put(self.sessions[-1])
            last = self.sessions[-1]
            self.client.delete_object(Bucket=bucket, Key=last.key)
            self.put(last)
            self.client.create_multipart_upload(Bucket=bucket, Key=f"{last.key}.part.jsonl")

    def put(self, session: Session, *, grown: bool = True) -> None:
        at = session.started
        records = [
            prompt(session.words, f"{session.name}-1", session.name, _stamp(at)),
            reply("done", f"{session.name}-2", session.name, _stamp(at + timedelta(minutes=1))),
        ][: 2 if grown else 1]
        body = "".join(json.dumps(record) + "\n" for record in records).encode()
        self.client.put_object(Bucket=BUCKETS[session.tier], Key=session.key, Body=body)
        self.puts += 1

    def flip_consent(self, day: date, number: int) -> None:
        """One account takes its consent back and gives it again, another takes it back for good;
        every third word arrives twice."""
        noon = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
        if number % 4 == 1:
            self.say(FLIPPER, "revoked", noon)
            self.say(FLIPPER, "granted", noon + timedelta(hours=1))
        if number == 2:
            self.say(REVOKED, "revoked", noon)
            self.say(REVOKED, "revoked", noon)

    def say(self, account: str, state: str, at: datetime) -> None:
        self.consent.append((account, state, at))
        line = {
            "event_id": f"{account}-{state}-{at:%m%d%H}", "account_id": account,
            "programme": "opt_in", "state": state, "effective_at": _stamp(at),
            "recorded_at": _stamp(at),
        }  # fmt: skip
        key = f"opt_in/consent/{len(self.consent):05}.jsonl"
        self.client.put_object(Bucket=CONTROL, Key=key, Body=json.dumps(line).encode() + b"\n")
        self.flips += at.year * 100 + at.month > 202601

    def replay(self, day: date) -> None:
        """Old objects come again: long purged ones, and those of accounts that were erased."""
        old = [each for each in self.sessions if (each.day < day - timedelta(days=30))]
        gone = [each for each in self.sessions if (each.tier, each.account) in self.erased]
        for found in (old, gone):
            for session in self.chance.sample(found, min(2, len(found))):
                self.put(session)
                self.replays += 1

    def _make_buckets(self) -> None:
        for name in (*BUCKETS.values(), CONTROL):
            self.client.create_bucket(Bucket=name)
            self.client.put_bucket_versioning(
                Bucket=name, VersioningConfiguration={"Status": "Enabled"}
            )


@contextmanager
def s3_server() -> Iterator[str]:
    """moto's server in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the S3 server did not start")


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
