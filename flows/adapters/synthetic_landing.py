"""A small landing made in code, the same every time: nobody needs the real one to write SQL.

Twenty-four accounts with two sessions each, on the two days before `today`: enough for a cell of
the default tier. Every third session is smooth; the others show each act of a user.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from flows.adapters.landing import day_folder, write_table
from flows.policy.schemas import ASSIGNMENTS, BITS, CONSENT, EVENTS, RAW, SURVIVAL

_ACCOUNTS = 24
_ACTS = ("interruption", "rejection", "plan_approval", "plan_rejection", "memory_note", "api_error")
_MINUTE = timedelta(minutes=1)


def write_synthetic_landing(landing: Path, today: date) -> None:
    """Writes every dataset of a tier's landing, raw/ included, below `landing`."""
    for days_ago in (1, 2):
        day = today - timedelta(days=days_ago)
        events = [row for account in range(_ACCOUNTS) for row in _events(account, day)]
        _write(day_folder(landing, "events", day), events, EVENTS)
        prompts = [_raw(row) for row in events if row["kind"] == "prompt"]
        _write(day_folder(landing, "raw", day), prompts, RAW)
        _write(day_folder(landing, "bits", day), [], BITS)
    accounts = [_key("account", number) for number in range(_ACCOUNTS)]
    since = datetime.combine(today - timedelta(days=2), time())
    _write(
        landing / "assignments",
        [
            (key, "agent_variant", ("control", "treatment")[number % 2], since.date())
            for number, key in enumerate(accounts)
        ],
        ASSIGNMENTS,
    )
    _write(landing / "consent", [(key, "granted", since) for key in accounts], CONSENT)
    _write(landing / "survival", list(_survival(today)), SURVIVAL)


def _events(account: int, day: date) -> Iterator[dict]:
    """A session: a prompt, a reply with an edit, an act of the user's, the prompt again."""
    steps = [
        ("user", "prompt", {"has_words": True}),
        ("agent", "reply", {"has_words": True, "output_tokens": 900 * (account + 1)}),
        ("agent", "tool_call", {"tool_kind": "edit"}),
        ("tool", "tool_result", {"is_error": account % 4 == 0, "lines_added_count": 7 * account}),
    ]
    if account % 3:
        act = _ACTS[account * 2 // 3 % len(_ACTS)]
        actor = "agent" if act == "api_error" else "user"
        steps += [(actor, act, {"has_words": True}), ("user", "prompt", {"has_words": True})]
    session = _key("session", account, day)
    for ordinal, (actor, kind, more) in enumerate(steps):
        at = datetime.combine(day, time(9)) + ordinal * _MINUTE
        yield {
            "event_key": _key("event", account, day, ordinal),
            "session_key": session,
            "account_key": _key("account", account),
            "cluster_key": _key("cluster", account),
            "message_key": _key("message", account, day, 1 if actor == "agent" else 10 + ordinal),
            "object_key": _key("object", account, day),
            "object_version": _key("version", 1),
            "session_date": day,
            "event_at": at,
            "event_date": day,
            "block_ordinal": 0,
            "agent": "claude_code",
            "client_major": 2,
            "client_minor": 1,
            "client_patch": account,
            "actor": actor,
            "kind": kind,
            "has_words": False,
            "model_family": "opus" if actor == "agent" else None,
            "is_sidechain": False,
        } | more


def _raw(event: dict) -> dict:
    keys = ("event_key", "session_key", "event_date")
    return {key: event[key] for key in keys} | {"raw__text": "synthetic words, always the same"}


def _survival(today: date) -> Iterator[tuple]:
    for account in range(0, _ACCOUNTS, 2):
        session = _key("session", account, today - timedelta(days=2))
        yield (session, "1h", 1.0, "5-19", today - timedelta(days=2))
        yield (session, "1d", account / 100, "5-19", today - timedelta(days=1))


def _key(*parts: object) -> str:
    """32 hexadecimal digits, as real keys have."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def _write(folder: Path, rows: list, columns: dict[str, str]) -> None:
    tuples = [
        tuple(row.get(name) for name in columns) if isinstance(row, dict) else row for row in rows
    ]
    write_table(folder / "synthetic.parquet", tuples, columns)
