"""A source that is an S3 prefix. The one module that imports boto3 for reading."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from flows.adapters.sources import SourceObject
from flows.policy.errors import TransientError, WinnowError
from flows.policy.places import bucket_of

_FINAL = {"NoSuchBucket", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "403"}
_TIMEOUT_SECONDS = 30
_ATTEMPTS = 4
_CONNECTIONS = 16
_COPY_BYTES = 1 << 20


def make_client(settings):
    """A boto3 S3 client with the tier's own credentials and bounded patience."""
    import boto3
    from botocore.config import Config

    def reveal(secret):
        return secret.get_secret_value() if secret else None

    return boto3.session.Session().client(
        "s3",
        endpoint_url=settings.endpoint_url,
        region_name=settings.region,
        aws_access_key_id=reveal(settings.access_key_id),
        aws_secret_access_key=reveal(settings.secret_access_key),
        aws_session_token=reveal(settings.session_token),
        config=Config(
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            connect_timeout=_TIMEOUT_SECONDS,
            read_timeout=_TIMEOUT_SECONDS,
            max_pool_connections=_CONNECTIONS,
        ),
    )


class S3Source:
    connections = _CONNECTIONS

    def __init__(self, url: str, settings) -> None:
        self._opened_by = (url, settings)
        self.client = make_client(settings)
        self.bucket, self.prefix = bucket_of(url)

    def __reduce__(self) -> tuple:
        """In another process it is opened anew: connections do not travel."""
        return type(self), self._opened_by

    def check(self) -> None:
        with _named_errors():
            self.client.list_objects_v2(Bucket=self.bucket, Prefix=self._key(""), MaxKeys=1)

    def folders(self, prefix: str) -> list[str]:
        key = self._key(prefix) + "/"
        with _named_errors():
            found = [
                item["Prefix"].removeprefix(key).rstrip("/")
                for page in self._pages(Prefix=key, Delimiter="/")
                for item in page.get("CommonPrefixes", ())
            ]
        return sorted(found)

    def objects(self, prefix: str) -> Iterator[SourceObject]:
        with _named_errors():
            for page in self._pages(Prefix=self._key(prefix) + "/"):
                for item in page.get("Contents", ()):
                    path = item["Key"].removeprefix(self._key("")).lstrip("/")
                    yield SourceObject(path, f"{item['ETag']}-{item['Size']}", item["Size"])

    def fetch(self, item: SourceObject, staging: Path) -> BinaryIO:
        # Copied whole before parsing: a connection that breaks half-way leaves no rows behind.
        # The copy has no name, so that a killed process leaves no text behind either.
        staging.mkdir(parents=True, exist_ok=True)
        copy = tempfile.TemporaryFile(dir=staging)  # noqa: SIM115 - the caller closes it
        with _named_errors():
            answer = self.client.get_object(Bucket=self.bucket, Key=self._key(item.path))
            with answer["Body"] as body:
                shutil.copyfileobj(body, copy, _COPY_BYTES)
        copy.seek(0)
        return copy

    def put(self, path: str, content: BinaryIO) -> None:
        with _named_errors():
            self.client.upload_fileobj(content, self.bucket, self._key(path))

    def _pages(self, **filters):
        return self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, **filters)

    def _key(self, path: str) -> str:
        return "/".join(part for part in (self.prefix, path) if part)


@contextmanager
def _named_errors():
    """Botocore's errors quote keys and hosts: what leaves here names the kind only."""
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
    from urllib3.exceptions import HTTPError

    try:
        yield
        return
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
    except (BotoCoreError, HTTPClientError, HTTPError) as error:
        code = type(error).__name__
    if code in _FINAL or code in {"NoCredentialsError", "PartialCredentialsError"}:
        raise WinnowError(
            f"the S3 source refused access ({code})",
            remedy="check the bucket's name and this tier's credentials: WINNOW_<TIER>__SOURCE, "
            "…__ACCESS_KEY_ID, …__SECRET_ACCESS_KEY, …__ENDPOINT_URL",
        )
    raise TransientError(
        f"the S3 source did not answer as it should ({code})",
        remedy="winnow tried again; if it stays, check the network and this tier's "
        "WINNOW_<TIER>__ENDPOINT_URL and …__REGION",
    )
