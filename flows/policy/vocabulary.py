"""Closed vocabularies of the typed zone. A value that is not listed becomes `other` or is refused
by reason; it never travels on as text."""

AGENTS = ("claude_code", "other")

ACTORS = ("user", "agent", "tool", "system")

KINDS = (
    "prompt",
    "reply",
    "thinking",
    "tool_call",
    "tool_result",
    "interruption",
    "rejection",
    "clarification",
    "plan_approval",
    "plan_rejection",
    "memory_note",
    "command",
    "summary",
    "api_error",
    "other",
)

TOOL_KINDS = ("edit", "write", "read", "shell", "search", "web", "task", "mcp", "other")

MODEL_FAMILIES = ("opus", "sonnet", "haiku", "fable", "gpt", "gemini", "synthetic", "other")

CHECKPOINTS = ("1h", "1d", "7d", "14d", "28d")

LINES_BUCKETS = ("5-19", "20-99", "100+")

MAX_VERSION_PART = 999
