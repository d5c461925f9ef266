"""The sample transcripts that the project ships, put into a home's sources as if written lately."""

import re
from datetime import date, timedelta
from pathlib import Path

import flows
from flows.adapters.files import write_whole
from flows.policy.redating import shifted

SAMPLES = Path(flows.__file__).with_name("samples")
# The samples' own last day; it becomes today.
LAST_DAY = date(2026, 1, 31)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def land_samples(home: Path, today: date) -> int:
    """Copies every sample below `home`/sources with its days moved. Returns how many files."""
    shift = today - LAST_DAY
    files = sorted(path for path in SAMPLES.rglob("*.jsonl") if path.is_file())
    for path in files:
        place = _DAY.sub(lambda found: _moved(found, shift), str(path.relative_to(SAMPLES)))
        lines = path.read_bytes().splitlines(keepends=True)
        write_whole(home / "sources" / place, b"".join(shifted(line, shift) for line in lines))
    return len(files)


def _moved(found: re.Match[str], shift: timedelta) -> str:
    return str(date.fromisoformat(found.group()) + shift)
