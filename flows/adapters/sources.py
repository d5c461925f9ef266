"""Where transcripts come from: a folder or an S3 prefix, listed and opened the same way."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from flows.policy.errors import WinnowError
from flows.policy.places import bucket_of


class SourceObject(NamedTuple):
    """An object by its path below the source's root, and what tells one version from another."""

    path: str
    version: str
    size: int


class Source(Protocol):
    """Raises TransientError where another try may help, WinnowError where none will. Can be pickled
    for a worker process.

    `connections` is how many objects are worth fetching at a time.
    """

    connections: int

    def check(self) -> None:
        """Raises WinnowError unless the source can be listed."""

    def folders(self, prefix: str) -> list[str]:
        """Names of the folders directly below `prefix`, sorted."""

    def objects(self, prefix: str) -> Iterator[SourceObject]:
        """Every object below `prefix`, in no particular order."""

    def fetch(self, item: SourceObject, staging: Path) -> BinaryIO:
        """The object's bytes as stored: a local file, without a name if it had to be copied."""

    def put(self, path: str, content: BinaryIO) -> None:
        """Writes an object whole, as the product would; only `winnow land` does."""


def open_source(url: str, settings, *, create: bool = False) -> Source:
    """The source at `url`: `s3://bucket/prefix` or a folder.

    `settings` carries the tier's credentials (TierSettings). `create` makes a missing default
    folder, so that a first run on an empty home says "nothing yet" and not "missing".
    """
    if bucket_of(url):
        from flows.adapters.s3 import S3Source

        return S3Source(url, settings)
    if "://" in url:
        raise WinnowError(
            "a source has a scheme that winnow does not read",
            remedy="use s3://bucket/prefix or a folder",
            exit_code=2,
        )
    root = Path(url).expanduser().absolute()
    if create:
        root.mkdir(parents=True, exist_ok=True)
    from flows.adapters.folder import FolderSource

    return FolderSource(root)
