"""A transcript written record by record, in the shape that clients write it."""

import hashlib
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from flows.readers import Event, Keys, TranscriptReader, iter_lines

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def hashed(source_id: str) -> str:
    return hashlib.blake2b(source_id.encode(), digest_size=16).hexdigest()


class Reading:
    """Events and tally of a file with this content."""

    def __init__(self, data: bytes) -> None:
        reader = TranscriptReader(Keys(event=hashed, message=hashed))
        rows = list(reader.read(iter_lines(io.BufferedReader(io.BytesIO(data)))))
        reader.tally.check()
        self.events = [Event(*row) for row in rows]
        self.tally = reader.tally
        self.format = reader.format

    def kinds(self, *kinds: str) -> list[Event]:
        return [event for event in self.events if event.kind in kinds]

    @property
    def prompts(self) -> list[Event]:
        return [e for e in self.events if e.kind == "prompt" and e.actor == "user"]

    @property
    def prompt_texts(self) -> list[str | None]:
        return [prompt.raw__text for prompt in self.prompts]


class Transcript:
    """Records in order; each method appends one and answers the transcript."""

    def __init__(self, session: str = "session-1", version: str = "2.1.7") -> None:
        self.session, self.version = session, version
        self.lines: list[bytes] = []

    def add(self, **record) -> "Transcript":
        return self.add_line(json.dumps(record).encode())

    def add_line(self, line: bytes) -> "Transcript":
        self.lines.append(line + b"\n")
        return self

    def record(self, record_type: str, **fields) -> "Transcript":
        return self.add(**(self._envelope() | {"type": record_type} | fields))

    def user(self, content, **fields) -> "Transcript":
        return self.record("user", message={"role": "user", "content": content}, **fields)

    def result(self, call: str, content="done", *, error=None, outcome=None, **fields):
        block = {"type": "tool_result", "tool_use_id": call, "content": content}
        if error is not None:
            block["is_error"] = error
        if outcome is not None:
            fields["toolUseResult"] = outcome
        return self.user([block], **fields)

    def agent(self, *blocks, message="msg-1", model="claude-opus-4-6", usage=None, **fields):
        body = {"id": message, "role": "assistant", "model": model, "content": list(blocks)}
        if usage is not None:
            body["usage"] = usage
        return self.record("assistant", message=body, **fields)

    def reply(self, text="Done.", **fields) -> "Transcript":
        return self.agent({"type": "text", "text": text}, **fields)

    def call(self, call: str, name: str, *, message=None, **given) -> "Transcript":
        block = {"type": "tool_use", "id": call, "name": name, "input": given}
        return self.agent(block, message=message or f"msg-{call}")

    def queue(self, operation: str, content: str | None = None) -> "Transcript":
        fields = {"content": content} if content is not None else {}
        return self.add(
            type="queue-operation",
            operation=operation,
            sessionId=self.session,
            timestamp=self._timestamp(),
            **fields,
        )

    def attachment(self, **attachment) -> "Transcript":
        return self.record("attachment", attachment=attachment)

    def bytes(self) -> bytes:
        return b"".join(self.lines)

    def read(self) -> Reading:
        return Reading(self.bytes())

    def _envelope(self) -> dict:
        return {
            "uuid": f"{self.session}-{len(self.lines)}",
            "sessionId": self.session,
            "timestamp": self._timestamp(),
            "version": self.version,
            "cwd": "/home/someone/project",
            "isSidechain": False,
            "userType": "external",
        }

    def _timestamp(self) -> str:
        at = START + timedelta(seconds=len(self.lines))
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.fixture
def transcript() -> Transcript:
    return Transcript()


@pytest.fixture(scope="session")
def new_transcript():
    return Transcript


@pytest.fixture(scope="session")
def read_bytes():
    return Reading
