"""The first door out of raw: the bits of every human turn, by the embedded model, or by the tier's
language model where one is set."""

import hashlib
from pathlib import Path

from flows.adapters.landed_bits import LandedBits
from flows.adapters.landed_turns import LandedTurns
from flows.adapters.landing_views import day_files
from flows.bits_readers import BitsReader, EmbeddedReader, LanguageModelReader
from flows.llm_bits import open_llm_reader
from flows.policy.tiers import Tier
from flows.policy.windows import window_dates
from flows.settings import Settings


def declassify_bits(settings: Settings, tier: Tier) -> dict[str, int]:
    """Computes the bits of the days whose text or model changed; returns counts: `bit_days` done,
    `bit_rows` written, and what a language model counted. A rerun of the rest costs nothing.

    A day of which calls failed is read again by the next run; what was answered is cached. Raises
    WinnowError where landing cannot be read, or where the language model refuses every call.
    """
    landing, days = settings.home / "landing" / tier, window_dates(settings.today)
    reader = _open_reader(settings, tier)
    source, target = LandedTurns(landing, days), LandedBits(landing)
    landed = [day for day in days if day_files(landing / "events", [day])]
    target.keep_only(landed)
    current = {day: _signature(source.files(day), reader.identity) for day in landed}
    stale = [day for day in landed if target.signature(day) != current[day]]
    row_count = 0
    for day in stale:
        failed_before = reader.failed_count
        rows = list(reader.rows(source.read(day, with_replies=reader.wants_replies)))
        signature = current[day] if reader.failed_count == failed_before else ""
        row_count += target.write(day, rows, signature)
    return {"bit_days": len(stale), "bit_rows": row_count} | dict(reader.counts)


def _open_reader(settings: Settings, tier: Tier) -> BitsReader:
    reader = open_llm_reader(tier, settings)
    return LanguageModelReader(reader) if reader else EmbeddedReader()


def _signature(files: list[Path], identity: str) -> str:
    """Changes when a file that is read, the model or the backend has changed."""
    stats = [
        (path.parent.parent.name, path.parent.name, path.name, stat.st_size, stat.st_mtime_ns)
        for path in files
        for stat in [path.stat()]
    ]
    return hashlib.sha256(repr((identity, stats)).encode()).hexdigest()
