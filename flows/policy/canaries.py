"""What canaries look like, and the session that carries them."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from hashlib import sha256

CARRIERS = (
    ("user", "prompt"),
    ("user", "rejection"),
    ("user", "command"),
    ("user", "memory_note"),
    ("agent", "reply"),
    ("agent", "tool_call"),
)
_RAW_COLUMNS = 5
_SESSION = "canary"

KeyOf = Callable[[str, str, date], str]


def canary_texts(secret: str) -> dict[str, str]:
    """kind → text. Whoever knows the secret can look for them; nobody types them by chance."""
    digest = sha256(secret.encode()).hexdigest()
    bits = f"{int(digest[:16], 16):064b}"
    return {
        "plain": f"canary words {digest[:20]} that nobody typed",
        "unicode": f"kanarí 金丝雀 {digest[20:32]} κανάρι",
        "low-entropy": bits.replace("0", "a").replace("1", "b"),
        "number-like": str(int(digest[:18], 16))[:18].rjust(18, "7"),
        "SQL-like": f"'; drop table sessions; -- {digest[32:52]}",
        "multi-line": f"first line {digest[40:56]}\nsecond line\n\tthird line",
    }


def canary_rows(texts: dict[str, str], key_of: KeyOf, day: date) -> list[tuple]:
    """Rows in the order of policy.schemas.EVENTS and the texts' columns behind: every text in every
    column, behind every kind of event that carries words. `key_of` is (kind, id, day) → keyed
    hash."""
    carried = ((text, carrier) for text in texts.values() for carrier in CARRIERS)
    return [
        (*_event(actor, kind, key_of, day, number), *[text] * _RAW_COLUMNS)
        for number, (text, (actor, kind)) in enumerate(carried)
    ]


def _event(actor: str, kind: str, key_of: KeyOf, day: date, number: int) -> tuple:
    tool = "shell" if kind == "tool_call" else None
    tokens = (1, 1, 0) if kind == "reply" else (None, None, None)
    return (
        key_of("event", f"{_SESSION}-{number}", day),
        *(key_of(name, _SESSION, day) for name in ("session", "account", "cluster")),
        key_of("message", f"{_SESSION}-{number}", day),
        *(key_of(name, _SESSION, day) for name in ("object", "version")),
        day,
        datetime.combine(day, time()) + timedelta(seconds=number),
        day,
        *(0, "claude_code", 2, 1, 0, actor, kind, True, tool, "opus", False, None),
        *tokens,
        *(None, None),
    )
