"""What a record says about all its blocks: session, instant, client, place. Makes their rows."""

from flows.readers.human import Act
from flows.readers.records import Record
from flows.readers.rows import Keys
from flows.readers.tally import Refused
from flows.readers.tools import NO_CHANGE
from flows.readers.values import MAX_PATH_CHARS, MAX_TEXT_CHARS, clip, instant, version_parts

AGENT = "claude_code"
_MAX_ID_CHARS = 200


def session_of(record: Record) -> str:
    """The source id of the record's session, in either of its spellings.

    Raises Refused (`no_session`) where there is none, or one too long to be an id.
    """
    session_id = record.sessionId or record.session_id
    if not session_id or len(session_id) > _MAX_ID_CHARS:
        raise Refused("no_session")
    return session_id


class Envelope:
    """The fields that the rows of one record share.

    `identity` names the record in every file that repeats it: its uuid, or for records without
    one, session, instant and type. A record that is no part of a message is one of its own, known
    by its first block's key.
    """

    __slots__ = ("_first_key", "_key", "at", "identity", "is_sidechain", "message_key",
                 "session_id", "version", "workdir")  # fmt: skip

    def __init__(self, record: Record, keys: Keys, message_key: str | None = None) -> None:
        self.session_id = session_of(record)
        self.at = instant(record.timestamp)
        self.identity = record.uuid or f"{self.session_id} {self.at} {record.type}"
        self._first_key = keys.event(f"{self.identity}/0")
        self.message_key = message_key or self._first_key
        self.version = version_parts(record.version)
        self.is_sidechain = record.isSidechain is True
        self.workdir = record.cwd
        self._key = keys.event

    def row(
        self, ordinal, actor, kind, *,
        has_words=False, tool_kind=None, model_family=None, is_error=None, lines=NO_CHANGE,
        text=None, tool_input=None, path=None, model=None,
    ) -> tuple:  # fmt: skip
        """One event in the order of EVENT_FIELDS. Place and model stand beside text only: a row
        without text, argument or path needs no row in raw/."""
        workdir = None
        major, minor, patch = self.version
        added, removed = lines
        key = self._key(f"{self.identity}/{ordinal}") if ordinal else self._first_key
        if text or tool_input or path:
            workdir, model = clip(self.workdir, MAX_PATH_CHARS), clip(model, MAX_PATH_CHARS)
        else:
            model = None
        return (
            key, self.session_id, self.message_key, self.at,
            ordinal, AGENT, major, minor, patch, actor, kind, has_words, tool_kind, model_family,
            self.is_sidechain, is_error, None, None, None, added, removed,
            text, tool_input, path, workdir, model,
        )  # fmt: skip

    def act_row(self, ordinal: int, act: Act, tool_kind: str | None = None) -> tuple:
        """The row of what a text of a `user` record says."""
        return self.row(
            ordinal,
            act.actor,
            act.kind,
            has_words=act.words is not None,
            tool_kind=tool_kind,
            text=clip(act.words, MAX_TEXT_CHARS),
        )
