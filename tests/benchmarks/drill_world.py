"""The world outside of a drill: a product that writes sessions, survival, consent and odd things to
S3."""

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
# Number of the simulated day → accounts that are erased on it; one of them twice, some so late that
# only the erasure and no purge can have taken them.
ERASED = {
    1: ("account1",),
    2: ("account2",),
    17: ("account4",),
    29: ("account1",),
    33: ("account5",),
}
FLIPPER, REVOKED, AGAIN, LATE, CONTRADICTORY = (
    "account0", "account3", "account2", "account5", "account4",
)  # fmt: skip


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
        # Source keys that the product put there anew: what it does with its own is not winnow's.
        self.put_back: dict[str, Session] = {}
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

    def write_survival(self, day: date) -> None:
        """What became of yesterday's sessions, a file a tier."""
        yesterday = day - timedelta(days=1)
        for tier, bucket in BUCKETS.items():
            lines = "".join(
                json.dumps({
                    "session_id": each.name, "checkpoint": "1d", "survival_ratio": 0.5,
                    "lines_bucket": "5-19", "checked_at": f"{day}T08:00:00Z",
                }) + "\n"
                for each in self.sessions if (each.tier, each.day) == (tier, yesterday)
            )  # fmt: skip
            if lines:
                key = f"product/survival/{day}/checks.jsonl"
                self.client.put_object(Bucket=bucket, Key=key, Body=lines.encode())
                self.puts += 1

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
        """One account takes its consent back and gives it again, another takes it back for good and
        says so twice; one agrees again after its erasure; one word comes two days late, and one
        id stands for two words."""
        noon = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
        if number % 4 == 1:
            self.say(FLIPPER, "revoked", noon)
            self.say(FLIPPER, "granted", noon + timedelta(hours=1))
        if number == 2:
            self.say(REVOKED, "revoked", noon)
            self.say(REVOKED, "revoked", noon)
        if number == 6:
            self.say(LATE, "granted", noon)
            self.say(LATE, "revoked", noon - timedelta(days=2))
        if number == 9:
            self.say(AGAIN, "granted", noon)
        if number == 11:
            self.say(CONTRADICTORY, "revoked", noon, event_id="of-two-words")
            self.say(CONTRADICTORY, "granted", noon, event_id="of-two-words", counts=False)
            self.say(CONTRADICTORY, "granted", noon + timedelta(hours=1))

    def say(
        self, account: str, state: str, at: datetime, *, event_id: str = "", counts: bool = True
    ) -> None:
        """`counts` is whether the word holds; the registry says it all the same."""
        if counts:
            self.consent.append((account, state, at))
        line = {
            "event_id": event_id or f"{account}-{state}-{at:%m%d%H}", "account_id": account,
            "programme": "opt_in", "state": state, "effective_at": _stamp(at),
            "recorded_at": _stamp(at),
        }  # fmt: skip
        self.flips += 1
        key = f"opt_in/consent/{self.flips:05}.jsonl"
        self.client.put_object(Bucket=CONTROL, Key=key, Body=json.dumps(line).encode() + b"\n")

    def replay(self, day: date) -> None:
        """Old objects come again: long purged ones, and those of accounts that were erased."""
        old = [each for each in self.sessions if (each.day < day - timedelta(days=30))]
        gone = [each for each in self.sessions if (each.tier, each.account) in self.erased]
        for found in (old, gone):
            for session in self.chance.sample(found, min(2, len(found))):
                self.put(session)
                self.put_back[session.tier + session.key] = session
                self.replays += 1

    def erase(self, tier: str, account: str, at: datetime) -> None:
        """From here on nothing of the account's sessions until now may be left anywhere."""
        self.erased[tier, account] = at
        self.put_back = {
            key: each for key, each in self.put_back.items()
            if (each.tier, each.account) != (tier, account)
        }  # fmt: skip

    def source_keys(self, tier: str) -> set[str]:
        """Keys of every version and every delete marker of sessions."""
        pages = self.client.get_paginator("list_object_versions").paginate(
            Bucket=BUCKETS[tier], Prefix="product/sessions/"
        )
        return {
            item["Key"]
            for page in pages
            for item in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
        }

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
