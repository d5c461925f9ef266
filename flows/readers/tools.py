"""What a tool call is: its kind, its primary argument, whether it writes the agent's memory; and
how many lines a result changed, counted on undecoded JSON."""

import re

import msgspec

from flows.readers.records import EditResult, ToolInput
from flows.readers.values import MAX_LINES, MAX_PATH_CHARS, MAX_TOOL_INPUT_CHARS, clip

_NAMES_OF_KIND = {
    "edit": "Edit MultiEdit NotebookEdit",
    "write": "Write",
    "read": "Read NotebookRead ReadMcpResourceTool",
    "shell": "Bash BashOutput KillShell KillBash PowerShell Monitor",
    "search": "Grep Glob LS LSP ToolSearch",
    "web": "WebFetch WebSearch web_search web_fetch",
    "task": "Task Agent TaskOutput AgentOutputTool TaskStop SendMessage Workflow",
}
_KIND_OF_NAME = {name: kind for kind, names in _NAMES_OF_KIND.items() for name in names.split()}

# The argument that says what a call is about. Never one that holds a file's contents.
_ARGUMENTS = {
    "shell": "command",
    "search": "pattern",
    "task": "description",
}
_ARGUMENTS_OF_NAME = {"WebSearch": "query", "web_search": "query", "Skill": "skill"}
_KINDS_WITH_PATH = ("edit", "write", "read", "search")

PLAN_TOOLS = ("ExitPlanMode", "exit_plan_mode")

_MEMORY_FILES = ("CLAUDE.md", "CLAUDE.local.md", "AGENTS.md", "MEMORY.md")
_MEMORY_FOLDER = re.compile(r"[\\/]\.claude[\\/]projects[\\/][^\\/]+[\\/]memory[\\/]")
_PATH_SEPARATOR = re.compile(r"[\\/]")

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_decode_input = msgspec.json.Decoder(ToolInput).decode
NO_CHANGE = (None, None)
_ADDED, _REMOVED = (
    tuple(before + b'"' + sign for before in (b",", b", ", b"[", b"[ ")) for sign in (b"+", b"-")
)


def tool_kind(name: str | None) -> str | None:
    """A value of TOOL_KINDS; None when the name is not known (the call is in another file)."""
    if name is None:
        return None
    return _KIND_OF_NAME.get(name) or ("mcp" if name.startswith("mcp__") else "other")


def call_arguments(name: str, raw_input: msgspec.Raw) -> tuple[str | None, str | None]:
    """(primary argument, path) of a call; None for tools whose arguments winnow does not know."""
    kind = _KIND_OF_NAME.get(name)
    if kind is None and name not in _ARGUMENTS_OF_NAME:
        return None, None
    try:
        given = _decode_input(raw_input)
    except _UNREADABLE:
        return None, None
    field = _ARGUMENTS_OF_NAME.get(name) or _ARGUMENTS.get(kind, "url")
    path = given.file_path or given.notebook_path or given.path
    return (
        clip(getattr(given, field), MAX_TOOL_INPUT_CHARS),
        clip(path, MAX_PATH_CHARS) if kind in _KINDS_WITH_PATH else None,
    )


def is_memory_path(path: str | None) -> bool:
    """Whether an agent that writes there notes something to remember."""
    if path is None:
        return False
    if path.endswith(_MEMORY_FILES) and _PATH_SEPARATOR.split(path)[-1] in _MEMORY_FILES:
        return True
    return ".claude" in path and _MEMORY_FOLDER.search(path) is not None


def changed_lines(result: object) -> tuple[int | None, int | None]:
    """(lines added, lines removed) by a `toolUseResult`; two None where it changed no file.

    A created file has an empty patch: there the lines of its content are the added ones.
    """
    if type(result) is not EditResult:
        return NO_CHANGE
    patch = bytes(result.structuredPatch)
    if not patch.startswith(b"["):
        return NO_CHANGE
    if bytes(result.type) == b'"create"':
        return _bounded(_count_lines(bytes(result.content))), 0
    return _bounded(_count_strings(patch, _ADDED)), _bounded(_count_strings(patch, _REMOVED))


def _count_strings(json_array: bytes, openings: tuple[bytes, ...]) -> int:
    """Strings that open so among the array elements of a JSON text. A quote behind a comma or
    bracket always opens a string: inside one it would be escaped."""
    return sum(map(json_array.count, openings))


def _count_lines(json_string: bytes) -> int:
    """Lines of the text in a JSON string; a last one without newline counts."""
    if not json_string.startswith(b'"') or json_string == b'""':
        return 0
    text = json_string[1:-1].replace(b"\\\\", b"")
    return text.count(b"\\n") + (not text.endswith(b"\\n"))


def _bounded(count: int) -> int:
    return min(count, MAX_LINES)
