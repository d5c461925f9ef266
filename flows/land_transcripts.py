"""Puts local transcripts into a tier's source, as the product would have written them."""

import io
import json
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from flows.adapters.keys import KeyRing
from flows.adapters.progress import progress
from flows.adapters.sources import Source, open_source
from flows.adapters.streams import Lines, compressed, is_transcript_name
from flows.adapters.tombstones import Tombstones
from flows.policy.accounts import check_account
from flows.policy.errors import WinnowError
from flows.policy.redating import dates_of, shift_for, shifted
from flows.policy.tiers import Tier
from flows.registry import check_tombstones_known
from flows.settings import Settings, TierSettings, load_settings, load_tier_settings

_SUFFIX = ".jsonl.zst"


class Span(NamedTuple):
    first: date
    last: date


class Landing(NamedTuple):
    """What was put where: files, those without any timestamp, and the consent that was written.
    `erased_at`: the account was erased then, and what began before will not land."""

    files: int
    undated: int
    source: str
    first: date | None
    consent_from: datetime | None
    erased_at: datetime | None


def land_transcripts(path: Path, tier: Tier, account: str, *, redate: bool = False) -> Landing:
    """Copies every transcript below `path` to `sessions/<day>/<account>/` of the tier's source.

    For the opt-in tier it writes the account's consent, in force from the first landed session on;
    a revocation that is already recorded still wins. Raises WinnowError where there is nothing to
    land or the account's name cannot be a folder's.
    """
    check_account(account)
    settings = load_settings()
    own = load_tier_settings(tier, settings)
    source = open_source(own.source, own, create=True)
    files = _transcripts(path)
    days = [
        _land_file(source, each, path, account, settings.today, redate)
        for each in progress(files, "landing", len(files))
    ]
    dated = [day for day in days if day]
    granted = _write_consent(settings, own, account, dated) if tier is Tier.OPT_IN else None
    first = min(dated, default=None)
    erased_at = _erased_at(settings, tier, account)
    return Landing(len(files), len(files) - len(dated), own.source, first, granted, erased_at)


def _erased_at(settings: Settings, tier: Tier, account: str) -> datetime | None:
    keys = KeyRing(settings.home / "keys" / tier)
    check_tombstones_known(settings.home, tier, keys)
    erased = Tombstones(settings.home, tier).load()
    return erased.get(keys.control_key("account", account)) if erased else None


def _transcripts(path: Path) -> list[Path]:
    candidates = [path] if path.is_file() else sorted(path.rglob("*"))
    files = [each for each in candidates if each.is_file() and is_transcript_name(each.name)]
    if not files:
        raise WinnowError(
            "no transcript was found there",
            remedy="name a .jsonl, .jsonl.gz or .jsonl.zst file, or a folder that holds some",
            exit_code=2,
        )
    return files


def _land_file(
    source: Source, file: Path, root: Path, account: str, today: date, redate: bool
) -> date | None:
    """The day under which the file landed; None (landed under today) where it has no timestamp."""
    span = _span(file)
    shift = shift_for(span.first, span.last, today) if span and redate else timedelta(0)
    day = span.first + shift if span else None
    name = f"{file.name.split('.jsonl')[0]}-{_digest(file, root)}{_SUFFIX}"
    with file.open("rb") as stored:
        packed = compressed(shifted(line, shift) for line in Lines(file.name, stored))
        with packed:
            source.put(f"sessions/{day or today}/{account}/{name}", packed)
    return day


def _span(file: Path) -> Span | None:
    first = last = None
    with file.open("rb") as stored:
        for day in (day for line in Lines(file.name, stored) for day in dates_of(line)):
            first, last = first or day, max(last or day, day)
    return Span(first, last) if first else None


def _digest(file: Path, root: Path) -> str:
    """Tells files of one name apart, and the same file again as the same."""
    return sha256(str(file.relative_to(root)).encode()).hexdigest()[:8]


def _write_consent(
    settings: Settings, own: TierSettings, account: str, days: list[date]
) -> datetime:
    granted = datetime.combine(min(days, default=settings.today), time(), settings.now.tzinfo)
    event = {
        "event_id": f"land-{sha256(f'{account} {granted}'.encode()).hexdigest()[:16]}",
        "account_id": account,
        "programme": "opt_in",
        "state": "granted",
        "effective_at": granted.isoformat(),
        "recorded_at": settings.now.isoformat(),
    }
    control = open_source(own.control, own, create=True)
    line = json.dumps(event).encode() + b"\n"
    control.put(f"consent/{event['event_id']}.jsonl", io.BytesIO(line))
    return granted
