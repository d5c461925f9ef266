"""Checking an S3 prefix: every version of every object, delete markers, open uploads."""

import io
from collections.abc import Iterator
from datetime import datetime

from flows.verifier.instants import oldest_in_stream
from flows.verifier.memory import Memory
from flows.verifier.report import Datum, UnverifiableError, day_of_path


def bucket_data(
    client, bucket: str, prefix: str, kind_prefix: str, memory: Memory
) -> Iterator[Datum]:
    """Kinds are `<kind_prefix>/<dataset>` and `…/uploads`; references are whole keys."""
    root = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    for item in listed(client.list_object_versions, bucket, root, "Versions"):
        decode = _decoder(client, bucket, item)
        token = (bucket, item["Key"], item["VersionId"], item["ETag"], item["Size"])
        found, is_readable = memory.recall(token, decode)
        yield _datum(kind_prefix, root, item, found, is_readable)
    for item in listed(client.list_object_versions, bucket, root, "DeleteMarkers"):
        yield _datum(kind_prefix, root, item, None, True)
    for item in listed(client.list_multipart_uploads, bucket, root, "Uploads"):
        oldest = day_of_path(_parts(root, item)) or item["Initiated"]
        yield Datum(f"{kind_prefix}/uploads", item["Key"], item["UploadId"], 0, oldest, True)


def _datum(
    kind_prefix: str, root: str, item: dict, found: datetime | None, is_readable: bool
) -> Datum:
    parts = _parts(root, item)
    dataset = parts[0] if len(parts) > 1 else "other"
    kind = kind_prefix if kind_prefix == "source/control" else f"{kind_prefix}/{dataset}"
    oldest = min(filter(None, (found, day_of_path(parts))), default=item["LastModified"])
    return Datum(kind, item["Key"], item["VersionId"], item.get("Size", 0), oldest, is_readable)


def _parts(root: str, item: dict) -> list[str]:
    return item["Key"][len(root) :].split("/")


def _decoder(client, bucket: str, item: dict):
    def decode() -> datetime | None:
        version = {} if item["VersionId"] == "null" else {"VersionId": item["VersionId"]}
        body = client.get_object(Bucket=bucket, Key=item["Key"], **version)["Body"]
        with body, io.BufferedReader(body) as stream:
            return oldest_in_stream(stream)

    return decode


def listed(call, bucket: str, prefix: str, field: str) -> Iterator[dict]:
    """Items of every page. Raises UnverifiableError when a server stops without saying the end."""
    position: dict[str, str] = {}
    while True:
        page = call(Bucket=bucket, Prefix=prefix, **position)
        yield from (item for item in page.get(field, ()) if item["Key"].startswith(prefix))
        following = {
            name: page[f"Next{name}"]
            for name in ("KeyMarker", "VersionIdMarker", "UploadIdMarker")
            if page.get(f"Next{name}")
        }
        if not page.get("IsTruncated"):
            return
        if following in ({}, position):
            raise UnverifiableError("the S3 server cuts a listing short")
        position = following
