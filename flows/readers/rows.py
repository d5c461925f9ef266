"""The shape in which readers hand events over: one tuple an event, in the order EVENT_FIELDS."""

from collections.abc import Callable
from typing import NamedTuple


class Keys(NamedTuple):
    """Keyed hashes of the caller: each takes a source id and answers 32 hex digits."""

    event: Callable[[str], str]
    message: Callable[[str], str]


# (session id, event_at) → the reason for which the line may not land, or None.
Admit = Callable[[str, int], str | None]


def admit_all(session_id: str, event_at: int) -> None:
    """Every line may land."""


class Event(NamedTuple):
    """One content block, as the landing schemas have it.

    `session_id` is the id in the source (the caller hashes it), `event_at` microseconds since
    1970 in UTC, `has_words` true where `raw__text` is a human's own words. Fields that begin with
    raw__ are text; each other field but `session_id` is a keyed hash, a bounded number, a bool or
    a value of flows.policy.vocabulary.

    A write to the agent's memory has kind `memory_note` in place of `tool_call` (and keeps its
    `tool_kind`). A decision of the human (rejection, plan_…, clarification) stands in place of the
    call's `tool_result`, with actor `user`. `is_error` is known of tool results and API errors
    only. A message's tokens stand on its first row in a file; copies in other files have them too,
    so sums need one copy a `message_key`.
    """

    event_key: str
    session_id: str
    message_key: str
    event_at: int
    block_ordinal: int
    agent: str
    client_major: int | None
    client_minor: int | None
    client_patch: int | None
    actor: str
    kind: str
    has_words: bool
    tool_kind: str | None
    model_family: str | None
    is_sidechain: bool
    is_error: bool | None
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    lines_added_count: int | None
    lines_removed_count: int | None
    raw__text: str | None
    raw__tool_input: str | None
    raw__path: str | None
    raw__workdir: str | None
    raw__model: str | None


EVENT_FIELDS = Event._fields
