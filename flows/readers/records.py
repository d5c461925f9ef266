"""The fields of a Claude Code transcript that winnow wants. A field that is not named here is
skipped by the decoder and never becomes a value: speed and privacy in one."""

import msgspec

Scalar = str | int | float | bool | None


class Block(msgspec.Struct, gc=False):
    """One content block of a message: text, thinking, tool_use, tool_result, image, …"""

    type: str
    id: str | None = None
    name: str | None = None
    input: msgspec.Raw = msgspec.Raw()
    text: str | None = None
    tool_use_id: str | None = None
    content: msgspec.Raw = msgspec.Raw()
    is_error: Scalar = None


class Usage(msgspec.Struct, gc=False):
    input_tokens: Scalar = None
    output_tokens: Scalar = None
    cache_creation_input_tokens: Scalar = None
    cache_read_input_tokens: Scalar = None


class Message(msgspec.Struct, gc=False):
    model: Scalar = None
    id: str | None = None
    content: str | list[Block] | None = None
    usage: Usage | None = None


class Origin(msgspec.Struct, gc=False):
    kind: Scalar = None


class Attachment(msgspec.Struct, gc=False):
    """`prompt` is text, or blocks where an image was attached."""

    type: Scalar = None
    prompt: str | list[Block] | None = None
    commandMode: Scalar = None
    origin: Origin | None = None


class EditResult(msgspec.Struct, gc=False):
    """What an edit or write changed, still undecoded: its lines are counted, never read."""

    type: msgspec.Raw = msgspec.Raw()
    content: msgspec.Raw = msgspec.Raw()
    structuredPatch: msgspec.Raw = msgspec.Raw()


class Record(msgspec.Struct, gc=False, kw_only=True):
    """One line. `content` is the text of a queue operation; others keep theirs in `message`.

    In the order in which clients write them: the decoder looks for the next name first.
    """

    isSidechain: Scalar = None
    cwd: Scalar = None
    sessionId: str | None = None
    version: Scalar = None
    type: str
    message: Message | None = None
    uuid: str | None = None
    timestamp: Scalar = None
    toolUseResult: EditResult | Scalar = None
    session_id: str | None = None
    isMeta: Scalar = None
    isVisibleInTranscriptOnly: Scalar = None
    isCompactSummary: Scalar = None
    isApiErrorMessage: Scalar = None
    entrypoint: Scalar = None
    promptSource: Scalar = None
    origin: Origin | None = None
    subtype: Scalar = None
    operation: Scalar = None
    content: msgspec.Raw = msgspec.Raw()
    planContent: msgspec.Raw = msgspec.Raw()
    attachment: Attachment | None = None


class OtherRecord(Record):
    """A line whose `toolUseResult` is a list, or text that is no UTF-8: it is not looked at."""

    toolUseResult: msgspec.Raw = msgspec.Raw()


class ToolInput(msgspec.Struct, gc=False):
    """The primary arguments of the tools that winnow knows by name."""

    command: Scalar = None
    pattern: Scalar = None
    query: Scalar = None
    url: Scalar = None
    skill: Scalar = None
    description: Scalar = None
    file_path: Scalar = None
    notebook_path: Scalar = None
    path: Scalar = None


class TextBlock(msgspec.Struct, gc=False):
    text: str | None = None
