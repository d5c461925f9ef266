"""The first door out of raw: the bits of every human turn, by the embedded model, or by the tier's
language model where one is set."""

import hashlib
from pathlib import Path

from flows.adapters.landed_bits import LandedBits
from flows.adapters.landed_turns import LandedTurns
from flows.adapters.landing_views import day_files
from flows.bits_readers import open_bits_reader
from flows.policy.human_turns import ACTS, REPLY
from flows.policy.tiers import Tier
from flows.policy.windows import window_dates
from flows.settings import Settings


def declassify_bits(settings: Settings, tier: Tier) -> dict:
    """Computes the bits of the days whose text or model changed. Returns counts: `bit_days` done,
    `bit_days_to_repeat` of them, `bit_rows` written; `language_model` has its own, where one reads.
    A rerun of the rest costs nothing.

    A day of which calls failed is not signed: the next run reads it again, and asks for what was
    not answered. Raises WinnowError where landing cannot be read, or where the language model
    refuses every call.
    """
    landing, days = settings.home / "landing" / tier, window_dates(settings.today)
    reader = open_bits_reader(settings, tier)
    source, target = LandedTurns(landing, days), LandedBits(landing)
    landed = [day for day in days if day_files(landing / "events", [day])]
    target.keep_only(landed)
    current = {day: _signature(source.files(day), reader.identity) for day in landed}
    stale = [day for day in landed if target.signature(day) != current[day]]
    counts = {"bit_days": len(stale), "bit_days_to_repeat": 0, "bit_rows": 0}
    for day in stale:
        failed_before = reader.failed_count
        rows = list(reader.rows(source.read(day)))
        is_whole = reader.failed_count == failed_before
        counts["bit_rows"] += target.write(day, rows, current[day] if is_whole else "")
        counts["bit_days_to_repeat"] += not is_whole
    return counts | ({"language_model": reader.counts} if reader.counts else {})


def _signature(files: list[Path], identity: str) -> str:
    """Changes when a file that is read, the model, the backend or what is a turn has changed."""
    stats = [
        (path.parent.parent.name, path.parent.name, path.name, stat.st_size, stat.st_mtime_ns)
        for path in files
        for stat in [path.stat()]
    ]
    return hashlib.sha256(repr((identity, ACTS, REPLY, stats)).encode()).hexdigest()
