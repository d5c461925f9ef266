"""The pull against a real HTTP endpoint that speaks S3."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from moto.server import ThreadedMotoServer

from flows.policy.errors import WinnowError
from tests.flows.house import DAY, prompt

KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint, house, monkeypatch):
    client = boto3.client("s3", endpoint_url=endpoint, **KEYS)
    client.create_bucket(Bucket="sessions")
    point_at(monkeypatch, endpoint)
    yield client
    for item in client.list_objects_v2(Bucket="sessions").get("Contents", ()):
        client.delete_object(Bucket="sessions", Key=item["Key"])
    client.delete_bucket(Bucket="sessions")


def point_at(monkeypatch, endpoint: str, bucket="sessions") -> None:
    monkeypatch.setenv("WINNOW_OPT_IN__SOURCE", f"s3://{bucket}/team")
    monkeypatch.setenv("WINNOW_OPT_IN__ENDPOINT_URL", endpoint)
    monkeypatch.setenv("WINNOW_OPT_IN__ACCESS_KEY_ID", "test")
    monkeypatch.setenv("WINNOW_OPT_IN__SECRET_ACCESS_KEY", "test")


def upload(client, house, name: str, *records) -> None:
    path = house.write(*records, tier="elsewhere", name=name)
    key = f"team/sessions/{DAY}/ada/{name}.jsonl"
    client.put_object(Bucket="sessions", Key=key, Body=path.read_bytes())


def test_objects_of_a_prefix_land_and_an_unchanged_rerun_reads_none(bucket, house, pull):
    house.consent()
    for n in range(3):
        upload(bucket, house, f"s{n}", prompt(f"words {n}", f"u{n}", f"s{n}"))
    assert pull()["run"]["lines.landed"] == 3
    assert pull()["run"] == {"objects.unchanged": 3}


def test_a_grown_object_replaces_its_rows(bucket, house, pull):
    house.consent()
    upload(bucket, house, "s1", prompt("one", "u1"))
    pull()
    upload(bucket, house, "s1", prompt("one", "u1"), prompt("two", "u2"))
    pull()
    assert [row["raw__text"] for row in house.landed("raw")] == ["one", "two"]


def test_no_copy_of_an_object_stays_behind(bucket, house, pull):
    house.consent()
    upload(bucket, house, "s1", prompt("one", "u1"))
    pull()
    assert not list((house.home / "landing/opt_in/raw/.staging").iterdir())


def test_a_bucket_that_does_not_exist_is_named_with_its_remedy(endpoint, house, pull, monkeypatch):
    point_at(monkeypatch, endpoint, "no-such-bucket")
    with pytest.raises(WinnowError, match="NoSuchBucket") as refusal:
        pull()
    assert "WINNOW_<TIER>__SOURCE" in refusal.value.remedy


class Broken(BaseHTTPRequestHandler):
    """Lists one object, then answers 500 to whoever wants it."""

    def do_GET(self):
        is_listing = "list-type=2" in self.path
        body = self.listing() if is_listing else b"<Error><Code>InternalError</Code></Error>"
        self.send_response(200 if is_listing else 500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def listing(self) -> bytes:
        key = f"team/sessions/{DAY}/ada/s1.jsonl"
        found = (
            f"<CommonPrefixes><Prefix>team/sessions/{DAY}/</Prefix></CommonPrefixes>"
            if "delimiter" in self.path
            else f"<Contents><Key>{key}</Key><ETag>e</ETag><Size>9</Size></Contents>"
        )
        return (
            f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>".encode()
        )

    def log_message(self, *words):
        pass


@pytest.fixture
def broken():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Broken)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_an_object_that_the_bucket_cannot_give_is_set_aside_by_reference(
    broken, house, pull, monkeypatch
):
    house.consent()
    point_at(monkeypatch, broken)
    monkeypatch.setattr("flows.adapters.s3._ATTEMPTS", 1)
    assert pull()["run"] == {"objects.set_aside": 1}
    aside = list((house.home / "state/opt_in/quarantine").glob("*.json"))
    assert len(aside) == 1 and "s1.jsonl" in aside[0].read_text()


def test_what_was_set_aside_lands_once_the_bucket_answers_again(
    broken, endpoint, bucket, house, pull, monkeypatch
):
    house.consent()
    monkeypatch.setattr("flows.adapters.s3._ATTEMPTS", 1)
    upload(bucket, house, "s1", prompt("one", "u1"))
    point_at(monkeypatch, broken)
    pull()
    point_at(monkeypatch, endpoint)
    assert pull()["run"]["lines.landed"] == 1
    assert not list((house.home / "state/opt_in/quarantine").glob("*.json"))
