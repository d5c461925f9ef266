"""Purging an S3 prefix so that nothing of it is left: versions, delete markers, open uploads.

Works the same on AWS, moto, Ceph RGW and Swift's S3 API: versions are listed page by page by hand
(some servers' paginators stop early), bulk deletes carry Content-MD5, their `Errors` are read, and
the list is asked for again until it is empty.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

from flows.policy.errors import TransientError, WinnowError
from flows.policy.retention import Place, is_expired
from flows.policy.wording import counted

_BATCH = 1000
_ROUNDS = 10
_NOT_CONFIGURED = {
    "ObjectLockConfigurationNotFoundError",
    "ReplicationConfigurationNotFoundError",
    "NoSuchReplicationConfiguration",
    "NotImplemented",
    "MethodNotAllowed",
}


class Version(NamedTuple):
    key: str
    version_id: str
    size_bytes: int


class Upload(NamedTuple):
    key: str
    upload_id: str


class S3Purge:
    """The objects of a tier's source below `s3://bucket/prefix`.

    Every method raises WinnowError, whose message names S3's error code and never a key.
    """

    def __init__(self, client, bucket: str, prefix: str) -> None:
        self.client, self.bucket = client, bucket
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        client.meta.events.register("before-call.s3.DeleteObjects", _use_content_md5)

    def check_deletion_is_true(self) -> None:
        """Refuses a bucket on which a deletion would not be one."""
        with _named_errors():
            lock = self._setting("get_object_lock_configuration", "ObjectLockConfiguration")
            replication = self._setting("get_bucket_replication", "ReplicationConfiguration")
            versioning = self.client.get_bucket_versioning(Bucket=self.bucket)
        if lock.get("ObjectLockEnabled") == "Enabled":
            raise _untrue("Object Lock keeps versions that are deleted")
        if replication.get("Rules"):
            raise _untrue("replication keeps copies that winnow does not see")
        if versioning.get("MFADelete") == "Enabled":
            raise _untrue("MFA delete keeps versions that a schedule cannot delete")

    def places(self, dataset: str, kind: str, purge_date: date) -> list[Place]:
        """Versions, markers and open uploads of expired days; a day that is kept is not listed."""
        found = []
        with _named_errors():
            for folder, day in self._expired_folders(dataset, purge_date):
                found += [
                    Place(kind, item.key, day, item.size_bytes, item.version_id)
                    for item in self._versions(folder)
                ]
            for item in self._uploads(f"{self.prefix}{dataset}/"):
                day = _folder_day(item.key[len(self.prefix) :])
                if day and is_expired(day, purge_date):
                    found.append(Place("source/uploads", item.key, day, 0, item.upload_id))
        return found

    def account_places(self, account_id: str) -> list[Place]:
        """Versions, markers and open uploads of the account's sessions, whatever their age."""
        root = f"{self.prefix}sessions/"
        with _named_errors():
            days = [
                item["Prefix"]
                for page in self._version_pages(Prefix=root, Delimiter="/")
                for item in page.get("CommonPrefixes", ())
            ]
            found = [
                Place("source/sessions", item.key, date.max, item.size_bytes, item.version_id)
                for day in days
                for item in self._versions(f"{day}{account_id}/")
            ]
            uploads = [
                Place("source/uploads", item.key, date.max, 0, item.upload_id)
                for item in self._uploads(root)
                if item.key[len(root) :].split("/")[1:2] == [account_id]
            ]
        return found + uploads

    def delete(self, places: Iterable[Place]) -> None:
        """Deletes the versions, then whatever else stands under their keys, then their uploads."""
        places = list(places)
        versions = [p for p in places if p.kind != "source/uploads"]
        with _named_errors():
            self._delete_versions([Version(p.reference, p.version, 0) for p in versions])
            for folder in sorted({_day_folder(p.reference) for p in places}):
                self._empty(folder, {p.reference for p in places})
            for place in places:
                if place.kind == "source/uploads":
                    self._abort(Upload(place.reference, place.version))

    def _empty(self, folder: str, keys: set[str]) -> None:
        for _ in range(_ROUNDS):
            left = [item for item in self._versions(folder) if item.key in keys]
            if not left:
                break
            self._delete_versions(left)
        else:
            raise WinnowError(
                "objects of expired days come back as fast as they are deleted",
                remedy="stop what writes into expired days of the source, then purge again",
            )
        for upload in self._uploads(folder):
            if upload.key in keys:
                self._abort(upload)

    def _delete_versions(self, versions: list[Version]) -> None:
        for start in range(0, len(versions), _BATCH):
            batch = versions[start : start + _BATCH]
            objects = [{"Key": item.key, "VersionId": item.version_id} for item in batch]
            answer = self.client.delete_objects(
                Bucket=self.bucket, Delete={"Objects": objects, "Quiet": True}
            )
            _check_deleted(answer.get("Errors", []))

    def _abort(self, upload: Upload) -> None:
        try:
            self.client.abort_multipart_upload(
                Bucket=self.bucket, Key=upload.key, UploadId=upload.upload_id
            )
        except self.client.exceptions.NoSuchUpload:
            return

    def _expired_folders(self, dataset: str, purge_date: date) -> Iterator[tuple[str, date]]:
        prefix = f"{self.prefix}{dataset}/"
        for page in self._version_pages(Prefix=prefix, Delimiter="/"):
            for item in page.get("CommonPrefixes", ()):
                day = _to_date(item["Prefix"][len(prefix) :].rstrip("/"))
                if day and is_expired(day, purge_date):
                    yield item["Prefix"], day

    def _versions(self, prefix: str) -> Iterator[Version]:
        for page in self._version_pages(Prefix=prefix):
            for item in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                yield Version(item["Key"], item["VersionId"], item.get("Size", 0))

    def _version_pages(self, **filters) -> Iterator[dict]:
        markers = {"KeyMarker": "NextKeyMarker", "VersionIdMarker": "NextVersionIdMarker"}
        return _pages(self.client.list_object_versions, markers, Bucket=self.bucket, **filters)

    def _uploads(self, prefix: str) -> Iterator[Upload]:
        markers = {"KeyMarker": "NextKeyMarker", "UploadIdMarker": "NextUploadIdMarker"}
        listing = self.client.list_multipart_uploads
        for page in _pages(listing, markers, Bucket=self.bucket, Prefix=prefix):
            for item in page.get("Uploads", ()):
                # Some servers answer with every upload of the bucket.
                if item["Key"].startswith(prefix):
                    yield Upload(item["Key"], item["UploadId"])

    def _setting(self, call: str, field: str) -> dict:
        from botocore.exceptions import ClientError

        try:
            return getattr(self.client, call)(Bucket=self.bucket).get(field, {})
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_CONFIGURED:
                return {}
            raise


def _pages(call: Callable, markers: dict[str, str], **arguments) -> Iterator[dict]:
    """Answers of a listing call, page by page, by the markers that the server itself gives."""
    while True:
        page = call(**arguments)
        yield page
        if not page.get("IsTruncated"):
            return
        following = {name: page[field] for name, field in markers.items() if page.get(field)}
        if not following:
            raise WinnowError(
                "the S3 server cuts a listing short without saying how it goes on",
                remedy="the purge cannot know what is left: report it to whoever runs the server",
            )
        arguments |= following


def _use_content_md5(params: dict, **_) -> None:
    """Swaps botocore's own checksum of a bulk delete for the one that every server knows."""
    params["context"].pop("checksum", None)
    for name in [name for name in params["headers"] if name.lower().startswith("x-amz-checksum")]:
        del params["headers"][name]
    digest = hashlib.md5(params["body"], usedforsecurity=False).digest()
    params["headers"]["Content-MD5"] = base64.b64encode(digest).decode()


def _check_deleted(errors: list[dict]) -> None:
    if errors:
        codes = ", ".join(sorted({str(item.get("Code", "unknown")) for item in errors}))
        raise WinnowError(
            f"{counted(len(errors), 'version')} could not be deleted ({codes})",
            remedy="the credentials need s3:DeleteObjectVersion, and no legal hold may be set",
        )


def _untrue(reason: str) -> WinnowError:
    return WinnowError(
        f"the source bucket cannot be purged: {reason}",
        remedy="keep sessions in a bucket without it, or set WINNOW_<TIER>__SOURCE_PURGE=product "
        "when the product deletes them itself",
    )


def _day_folder(key: str) -> str:
    """The key as far as the folder that names a day, else the key itself."""
    parts = key.split("/")
    for index, part in enumerate(parts[:-1]):
        if _to_date(part):
            return "/".join(parts[: index + 1]) + "/"
    return key


def _folder_day(key: str) -> date | None:
    return next((day for part in key.split("/") if (day := _to_date(part))), None)


def _to_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-01") else None
    except ValueError:
        return None


@contextmanager
def _named_errors():
    """Botocore's errors quote keys and hosts: what leaves here names the kind only."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
        return
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
    except BotoCoreError as error:
        code = type(error).__name__
    raise TransientError(
        f"the source could not be purged ({code})",
        remedy="purging needs s3:ListBucketVersions, s3:DeleteObjectVersion, "
        "s3:ListBucketMultipartUploads, s3:AbortMultipartUpload, s3:GetBucketVersioning, "
        "s3:GetBucketObjectLockConfiguration and s3:GetReplicationConfiguration",
    )
