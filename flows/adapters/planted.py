"""Where planted canaries stand in a tier's landing."""

from pathlib import Path

SHARD = "canaries"
_FILE = f"{SHARD}.parquet"


def consent_file(landing: Path) -> Path:
    """The planted session's consent, beside that of people."""
    return landing / "consent" / _FILE


def is_planted(landing: Path) -> bool:
    """Whether canaries stand in landing: outside of a rehearsal, what a killed one has left."""
    shards = (path for zone in ("raw", "events") for path in landing.glob(f"{zone}/date=*/{_FILE}"))
    return consent_file(landing).exists() or any(shards)
