"""Where a tier's text is: its source by address, and the folder of copies on their way."""

from pathlib import Path
from typing import NamedTuple

_SCHEME = "s3://"


class Bucket(NamedTuple):
    """An S3 bucket's name and the prefix in it, without a slash at its end."""

    name: str
    prefix: str


def bucket_of(url: str) -> Bucket | None:
    """The bucket and prefix of `s3://bucket/prefix`; None for any other address, a folder's."""
    if not url.startswith(_SCHEME):
        return None
    name, _, prefix = url.removeprefix(_SCHEME).partition("/")
    return Bucket(name, prefix.rstrip("/"))


def raw_spill(landing: Path) -> Path:
    """Where DuckDB may spill text that it works on: in the raw zone of a tier's landing."""
    return landing / "raw" / ".spill"


def staging_folder(home: Path, tier: str) -> Path:
    """Where objects are copied to before they are read: in the raw zone, files without names."""
    return home / "landing" / tier / "raw" / ".staging"
