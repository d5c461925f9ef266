"""A store with days on both sides of the cutoff, written by hand: no code of winnow's own."""

import json
import socket
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows import settings as winnow_settings

TODAY = date(2026, 3, 31)
OLDEST_KEPT = date(2026, 3, 2)
EXPIRED = date(2026, 3, 1)


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour))


def stamp(day: date) -> str:
    return f"{day}T12:00:00.000Z"


class Store:
    """A WINNOW_HOME with the tier `opt_in`; sessions are lists of days on which they have rows."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.landing = home / "landing" / "opt_in"
        self.source = home / "sources" / "opt_in"

    def write(self, relative: str, content: str = "{}\n") -> Path:
        path = self.home / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    def add_session(self, name: str, days: list[date]) -> None:
        """Source object, events, text, bits and declassified rows of one session."""
        first = days[0]
        lines = "".join(json.dumps({"timestamp": stamp(day), "n": name}) + "\n" for day in days)
        self.write(f"sources/opt_in/sessions/{first}/account-a/{name}.jsonl", lines)
        for day in days:
            key = f"{name}-{day}"
            self.add_rows("events", day, name, {
                "event_key": key, "session_key": name, "session_date": first, "event_date": day,
                "event_at": at(day),
            })  # fmt: skip
            self.add_rows("raw", day, name, {
                "event_key": key, "session_key": name, "event_date": day, "raw__text": f"say {key}",
            })  # fmt: skip
            self.add_rows("bits", day, "bits", {
                "event_key": key, "session_key": name, "session_date": first, "bit": "satisfied",
            })  # fmt: skip
            row = {"event_key": key, "bucket": "short"}
            self.add_rows("declassified/dec_prompts__length", day, "part", row)

    def add_rows(self, dataset: str, day: date, file: str, row: dict) -> Path:
        path = self.landing / dataset / f"date={day}" / f"{file}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        table = pa.Table.from_pylist([row])
        if path.exists():
            table = pa.concat_tables([pq.read_table(path), table])
        pq.write_table(table, path)
        return path

    def add_survival(self, rows: list[tuple[str, str, date]], day: date) -> Path:
        names = ("session_key", "checkpoint", "checked_date")
        path = self.landing / "survival" / f"{day}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(
            pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows]), path
        )
        return path

    def sessions_in(self, dataset: str, column: str = "session_key") -> set[str]:
        files = (self.landing / dataset).rglob("*.parquet")
        return {value for path in files for value in pq.read_table(path)[column].to_pylist()}

    def files(self, zone: str = "") -> set[str]:
        root = self.home / zone
        return {p.relative_to(self.home).as_posix() for p in root.rglob("*") if p.is_file()}


def days_before(day: date, count: int) -> list[date]:
    return [day - timedelta(days=offset) for offset in range(count)]


@pytest.fixture
def store(tmp_path, monkeypatch) -> Store:
    """An empty store whose clock stands at TODAY; the process may take any one tier anew."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("WINNOW_HOME", str(home))
    monkeypatch.setenv("WINNOW_TODAY", TODAY.isoformat())
    monkeypatch.delenv("PREFECT_HOME", raising=False)
    monkeypatch.setattr(winnow_settings, "_bound", None)
    return Store(home)


@pytest.fixture(scope="session")
def s3_url():
    """A real S3 server over HTTP."""
    from moto.server import ThreadedMotoServer

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def s3(s3_url):
    import boto3

    return boto3.client(
        "s3",
        endpoint_url=s3_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture
def bucket(s3, request) -> str:
    """A versioned bucket of the test's own."""
    name = "b" + str(abs(hash(request.node.nodeid)))[:16]
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name
