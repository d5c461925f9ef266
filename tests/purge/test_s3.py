"""Purging a versioned bucket on a real S3 server over HTTP."""

import gzip
from datetime import date

import pytest

from flows.adapters import purge_s3
from flows.adapters.purge_s3 import S3Purge
from flows.policy.errors import WinnowError
from flows.purge_expired import purge_expired

TODAY = date(2026, 3, 31)
OLDEST_KEPT = date(2026, 3, 2)
EXPIRED = date(2026, 3, 1)


@pytest.fixture
def source(store, s3_url, bucket, monkeypatch) -> str:
    """The tier's source is `s3://bucket/product`."""
    monkeypatch.setenv("WINNOW_OPT_IN__SOURCE", f"s3://{bucket}/product")
    monkeypatch.setenv("WINNOW_OPT_IN__ENDPOINT_URL", s3_url)
    monkeypatch.setenv("WINNOW_OPT_IN__ACCESS_KEY_ID", "test")
    monkeypatch.setenv("WINNOW_OPT_IN__SECRET_ACCESS_KEY", "test")
    return bucket


def key_of(day: date, name: str = "s") -> str:
    return f"product/sessions/{day}/account-a/{name}.jsonl"


def put(s3, bucket: str, key: str, body: bytes = b"{}\n") -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=body)


def left_in(s3, bucket: str) -> list[str]:
    found = s3.list_object_versions(Bucket=bucket)
    items = [*found.get("Versions", []), *found.get("DeleteMarkers", [])]
    uploads = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    return sorted(item["Key"] for item in (*items, *uploads))


def test_versions_markers_and_uploads_of_expired_days_are_gone(s3, source):
    for body in (b"first\n", b"second\n"):
        put(s3, source, key_of(EXPIRED), body)
    s3.delete_object(Bucket=source, Key=key_of(EXPIRED))
    s3.create_multipart_upload(Bucket=source, Key=key_of(EXPIRED, "never-finished"))
    put(s3, source, key_of(OLDEST_KEPT))
    done = purge_expired("opt_in", "today")
    assert left_in(s3, source) == [key_of(OLDEST_KEPT)]
    counts = {kind["kind"]: kind["place_count"] for kind in done["kinds"]}
    assert counts == {"source/sessions": 3, "source/uploads": 1}


def test_kept_days_keep_their_versions_and_uploads(s3, source):
    for _ in range(2):
        put(s3, source, key_of(OLDEST_KEPT))
    s3.create_multipart_upload(Bucket=source, Key=key_of(OLDEST_KEPT, "going-on"))
    before = left_in(s3, source)
    assert purge_expired("opt_in", "today")["kinds"] == []
    assert left_in(s3, source) == before


def test_a_day_of_which_only_old_versions_are_left_is_found(s3, source):
    put(s3, source, key_of(EXPIRED))
    s3.delete_object(Bucket=source, Key=key_of(EXPIRED))
    purge_expired("opt_in", "today")
    assert left_in(s3, source) == []


def test_what_lies_beside_the_prefix_is_not_touched(s3, source):
    put(s3, source, f"other/sessions/{EXPIRED}/a/s.jsonl")
    put(s3, source, f"products/sessions/{EXPIRED}/a/s.jsonl")
    before = left_in(s3, source)
    purge_expired("opt_in", "today")
    assert left_in(s3, source) == before


def test_an_object_older_than_its_folder_says_goes_with_its_versions(s3, source):
    old = gzip.compress(b'{"timestamp": "2026-01-05T00:00:00Z"}\n')
    put(s3, source, key_of(OLDEST_KEPT, "resumed") + ".gz", old)
    put(s3, source, key_of(OLDEST_KEPT, "new"))
    purge_expired("opt_in", "today")
    assert left_in(s3, source) == [key_of(OLDEST_KEPT, "new")]


def test_more_versions_than_one_request_takes_are_deleted(s3, source, monkeypatch):
    monkeypatch.setattr(purge_s3, "_BATCH", 3)
    for number in range(8):
        put(s3, source, key_of(EXPIRED, f"s{number}"))
    purge_expired("opt_in", "today")
    assert left_in(s3, source) == []


def test_listings_that_come_in_pages_are_read_to_the_end(s3, bucket):
    for number in range(7):
        put(s3, bucket, key_of(EXPIRED, f"s{number}"))
        s3.create_multipart_upload(Bucket=bucket, Key=key_of(EXPIRED, f"u{number}"))
    purge = S3Purge(PagedClient(s3), bucket, "product")
    places = purge.places("sessions", "source/sessions", TODAY)
    assert len(places) == 14
    purge.delete(places)
    assert left_in(s3, bucket) == []


def test_a_listing_cut_short_without_a_marker_is_refused(s3, bucket):
    put(s3, bucket, key_of(EXPIRED))
    client = AlteredClient(s3, list_object_versions=lambda **_: {"IsTruncated": True})
    with pytest.raises(WinnowError, match="cuts a listing short"):
        S3Purge(client, bucket, "product").places("sessions", "source/sessions", TODAY)


def test_bulk_deletes_carry_content_md5_and_no_other_checksum(s3, bucket):
    sent = []
    s3.meta.events.register("before-send.s3.DeleteObjects", lambda request, **_: sent.append(
        {name.lower() for name in request.headers}))  # fmt: skip
    put(s3, bucket, key_of(EXPIRED))
    purge = S3Purge(s3, bucket, "product")
    purge.delete(purge.places("sessions", "source/sessions", TODAY))
    assert sent and all("content-md5" in names for names in sent)
    assert not any(name.startswith("x-amz-checksum") for names in sent for name in names)


def test_errors_in_an_answer_that_says_ok_are_read(s3, bucket):
    put(s3, bucket, key_of(EXPIRED, "of-somebody"))
    answer = {"Errors": [{"Key": key_of(EXPIRED, "of-somebody"), "Code": "AccessDenied"}]}
    purge = S3Purge(AlteredClient(s3, delete_objects=lambda **_: answer), bucket, "product")
    places = purge.places("sessions", "source/sessions", TODAY)
    with pytest.raises(WinnowError, match=r"1 version could not be deleted \(AccessDenied\)") as e:
        purge.delete(places)
    assert "somebody" not in str(e.value)


def test_versions_that_stay_although_deleted_are_an_error(s3, bucket):
    put(s3, bucket, key_of(EXPIRED))
    purge = S3Purge(AlteredClient(s3, delete_objects=lambda **_: {}), bucket, "product")
    places = purge.places("sessions", "source/sessions", TODAY)
    with pytest.raises(WinnowError, match="come back"):
        purge.delete(places)


def test_a_bucket_with_object_lock_is_refused_with_the_reason(s3, source):
    s3.create_bucket(Bucket=f"{source}-lock", ObjectLockEnabledForBucket=True)
    with pytest.raises(WinnowError, match="Object Lock keeps versions"):
        S3Purge(s3, f"{source}-lock", "product").check_deletion_is_true()


def test_a_bucket_that_is_replicated_is_refused_before_anything_is_deleted(s3, source):
    put(s3, source, key_of(EXPIRED))
    rule = {"ID": "r", "Status": "Enabled", "Prefix": "",
            "Destination": {"Bucket": "arn:aws:s3:::elsewhere"}}  # fmt: skip
    s3.create_bucket(Bucket="elsewhere")
    s3.put_bucket_versioning(
        Bucket="elsewhere", VersioningConfiguration={"Status": "Enabled"})  # fmt: skip
    s3.put_bucket_replication(
        Bucket=source,
        ReplicationConfiguration={"Role": "arn:aws:iam::123456789012:role/r", "Rules": [rule]},
    )
    with pytest.raises(WinnowError, match="replication keeps copies"):
        purge_expired("opt_in", "today")
    assert left_in(s3, source) == [key_of(EXPIRED)]


def test_a_bucket_whose_settings_cannot_be_read_is_refused(s3, bucket):
    def refuse(**_):
        from botocore.exceptions import ClientError

        raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetBucketReplication")

    client = AlteredClient(s3, get_bucket_replication=refuse)
    with pytest.raises(WinnowError, match="AccessDenied"):
        S3Purge(client, bucket, "product").check_deletion_is_true()


def test_a_bucket_that_does_not_exist_is_a_clear_error(s3):
    with pytest.raises(WinnowError, match="NoSuchBucket"):
        S3Purge(s3, "nowhere-at-all", "product").check_deletion_is_true()


class AlteredClient:
    """The client with some calls replaced."""

    def __init__(self, client, **calls) -> None:
        self._client, self._calls = client, calls

    def __getattr__(self, name: str):
        return self._calls.get(name) or getattr(self._client, name)


class PagedClient(AlteredClient):
    """The client whose listings come two items a page."""

    def __init__(self, client) -> None:
        super().__init__(
            client,
            list_object_versions=lambda **a: client.list_object_versions(MaxKeys=2, **a),
            list_multipart_uploads=lambda **a: client.list_multipart_uploads(MaxUploads=2, **a),
        )
