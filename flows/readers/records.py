"""The fields of a Claude Code transcript that winnow wants. A field that is not named here is
skipped by the decoder and never becomes a value: speed and privacy in one."""

import msgspec

Scalar = str | int | float | bool | None


class Block(msgspec.Struct, gc=False):
    """One content block of a message: text, thinking, tool_use, tool_result, image, …"""

    type: str
    text: str | None = None
    name: str | None = None
    id: str | None = None
    input: msgspec.Raw = msgspec.Raw()
    tool_use_id: str | None = None
    is_error: Scalar = None
    content: msgspec.Raw = msgspec.Raw()


class Usage(msgspec.Struct, gc=False):
    input_tokens: Scalar = None
    output_tokens: Scalar = None
    cache_creation_input_tokens: Scalar = None
    cache_read_input_tokens: Scalar = None


class Message(msgspec.Struct, gc=False):
    content: str | list[Block] | None = None
    id: str | None = None
    model: Scalar = None
    usage: Usage | None = None


class Origin(msgspec.Struct, gc=False):
    kind: Scalar = None


class Attachment(msgspec.Struct, gc=False):
    """`prompt` is text, or blocks where an image was attached."""

    type: Scalar = None
    prompt: str | list[Block] | None = None
    commandMode: Scalar = None
    origin: Origin | None = None


class Record(msgspec.Struct, gc=False):
    """One line. `content` is the text of a queue operation; others keep theirs in `message`."""

    type: str
    uuid: str | None = None
    sessionId: str | None = None
    session_id: str | None = None
    timestamp: Scalar = None
    version: Scalar = None
    cwd: Scalar = None
    isSidechain: Scalar = None
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
    message: Message | None = None
    attachment: Attachment | None = None
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


class EditResult(msgspec.Struct, gc=False):
    """What an edit or write changed, still undecoded: its lines are counted, never read."""

    structuredPatch: msgspec.Raw = msgspec.Raw()
    content: msgspec.Raw = msgspec.Raw()
    type: Scalar = None


class TextBlock(msgspec.Struct, gc=False):
    text: str | None = None
