"""What a manifest says about an export: enough to load it, to judge it and to know when it ends."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from flows.policy.releases import expires_at

FORMAT = 1
_UNTOLD = ("tier", "export", "mechanism", "epsilon", "policy", "content", "files")
_COUNTED = ("objects.", "lines.")


def manifest(
    verdict,
    allowlist,
    *,
    day: date,
    names: Mapping[str, str],
    key: str,
    versions: Mapping[str, str],
    source: Mapping[str, int] | None,
    superseded: Mapping[str, object] | None = None,
    erased: Sequence[str] = (),
    created_at: datetime,
) -> dict:
    """The manifest of a clean `verdict` under `allowlist` (of the gate), ready for JSON.

    `names` maps candidate files to released ones, `source` are the counts of the day's source
    folder: what was read, landed and refused by reason; None where the tier may not tell.
    `superseded` is the manifest in force before this one, `erased` the keys of sessions that were
    released once and were erased since: who took a copy drops them from it.
    """
    export = allowlist.exports[verdict.export]
    document = {
        "format": FORMAT,
        "tier": verdict.tier,
        "export": verdict.export,
        "date": str(day),
        "content_key": key,
        "created_at": _instant(created_at),
        "expires_at": _instant(expires_at(day)),
        "rows": verdict.rows,
        "files": _files(verdict, names),
        "schema": _schema(export),
        "bits_per_row": round(verdict.bits_per_row, 3),
        "key_bits": round(verdict.key_bits, 3),
        "max_bits_per_session": allowlist.max_bits_per_session,
        "mechanism": _mechanism(export, verdict),
        "gate": {"is_clean": verdict.is_clean, "rules": list(verdict.rules)},
        "versions": {"policy_version": allowlist.policy_version, **versions},
    }
    if superseded:
        document["supersedes"] = _reference(superseded)
    if erased:
        document["erased_session_keys"] = sorted(erased)
    return document if source is None else {**document, "source": source_counts(source)}


def source_counts(totals: Mapping[str, int]) -> dict[str, int]:
    """Objects and lines read, landed and refused by reason, of a pull's totals."""
    return {name: count for name, count in totals.items() if name.startswith(_COUNTED)}


def manifest_bytes(document: Mapping[str, object]) -> bytes:
    return (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()


def _reference(document: Mapping[str, object]) -> dict:
    """What a copy's own manifest can be compared with."""
    digest = hashlib.sha256(manifest_bytes(document)).hexdigest()
    return {"content_key": document["content_key"], "manifest_sha256": digest}


def _files(verdict, names: Mapping[str, str]) -> list[dict]:
    return [
        {"name": names[name], "sha256": digest} for name, digest in sorted(verdict.files.items())
    ]


def _schema(export) -> dict:
    return {
        "grain": export.grain,
        "keys": list(export.keys),
        "partition": export.partition,
        "columns": [column.described() for column in export.columns.values()],
    }


def _mechanism(export, verdict) -> dict:
    """The verified record of the release, without what only the operator can use."""
    record = {name: value for name, value in verdict.mechanism.items() if name not in _UNTOLD}
    return {
        "name": export.mechanism.name,
        "epsilon_spent": verdict.mechanism.get("epsilon", 0),
        **record,
    }


def _instant(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")
