"""A session with words in every field that carries raw text, and hostile words in every field
behind a typed column. `canary(field)` makes the words."""

import json
from collections.abc import Callable
from pathlib import Path

Canary = Callable[[str], str]


def session(canary: Canary, day: str, session_id: str) -> list[dict]:
    """The records of one session, of every type."""
    at = Clock(day)
    make = Maker(canary, session_id, at)
    return [
        *make.prompts(),
        *make.agent(),
        *make.tool_results(),
        *make.decisions(),
        *make.queue(),
        *make.others(),
        *make.hostile(),
    ]


def write(path: Path, records: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


class Clock:
    def __init__(self, day: str) -> None:
        self.day, self.second = day, 0

    def __call__(self) -> str:
        self.second += 1
        return f"{self.day}T10:{self.second // 60:02}:{self.second % 60:02}.000Z"


class Maker:
    def __init__(self, canary: Canary, session_id: str, at: Clock) -> None:
        self.canary, self.session_id, self.at = canary, session_id, at
        self.count = 0

    def record(self, kind: str, **fields) -> dict:
        self.count += 1
        return {
            "type": kind, "uuid": f"{self.session_id}-{self.count}", "timestamp": self.at(),
            "sessionId": self.session_id, "version": "2.1.100", "cwd": self.canary("cwd"),
            "gitBranch": self.canary("gitBranch"), "slug": self.canary("slug"), **fields,
        }  # fmt: skip

    def user(self, content, **fields) -> dict:
        return self.record("user", message={"role": "user", "content": content}, **fields)

    def call(self, name: str, given: dict, call_id: str) -> dict:
        block = {"type": "tool_use", "id": call_id, "name": name, "input": given}
        return self.reply(block)

    def reply(self, block: dict, model="claude-opus-4-5") -> dict:
        message = {
            "id": f"m{self.count}", "role": "assistant", "model": model, "content": [block],
            "usage": {"input_tokens": 5, "output_tokens": 7},
        }  # fmt: skip
        return self.record("assistant", message=message)

    def result(self, call_id: str, outcome, **block) -> dict:
        content = [{"type": "tool_result", "tool_use_id": call_id, **block}]
        return self.user(content, toolUseResult=outcome)

    def prompts(self) -> list[dict]:
        words = self.canary
        return [
            self.user(words("prompt")),
            self.user([{"type": "text", "text": words("prompt block")}]),
            self.user(
                f"<command-name>/review</command-name><command-args>{words('args')}</command-args>"
            ),
            self.user(f"<bash-input>{words('bash-input')}</bash-input>"),
            self.user(f"<local-command-stdout>{words('local')}</local-command-stdout>"),
            self.user(words("meta"), isMeta=True),
            self.user(words("compact"), isCompactSummary=True),
            self.user(f"Implement the following plan:\n{words('plan')}", planContent=words("plan")),
            self.user(words("sidechain"), isSidechain=True),
        ]

    def agent(self) -> list[dict]:
        words = self.canary
        return [
            self.reply({"type": "text", "text": words("reply")}),
            self.reply({"type": "thinking", "thinking": words("thinking")}),
            self.call("Bash", {"command": words("command"), "description": words("about")}, "c1"),
            self.call("Edit", {"file_path": words("path"), "old_string": words("old")}, "c2"),
            self.call("Grep", {"pattern": words("pattern")}, "c3"),
            self.call("Task", {"prompt": words("task"), "description": words("task")}, "c4"),
            self.call("WebFetch", {"url": words("url"), "prompt": words("fetch")}, "c5"),
        ]

    def tool_results(self) -> list[dict]:
        words = self.canary
        patch = [{"oldStart": 1, "lines": [f"+{words('patch')}", f"-{words('patch')}"]}]
        edit = {
            "filePath": words("filePath"), "oldString": words("oldString"),
            "newString": words("newString"), "originalFile": words("originalFile"),
            "structuredPatch": patch,
        }  # fmt: skip
        return [
            self.result("c1", {"stdout": words("stdout"), "stderr": words("stderr")}, content="x"),
            self.result("c2", edit, content=words("content")),
            self.result("c3", words("string result"), content=words("error"), is_error=True),
            self.result("c4", {"prompt": words("agent prompt"), "content": words("agent")}),
            self.result("c5", {"answers": {words("question"): words("answer")}}),
        ]

    def decisions(self) -> list[dict]:
        words, sentence = self.canary, "The user doesn't want to proceed with this tool use."
        said = f"{sentence} To tell you how to proceed, the user said:\n{words('said')}"
        return [
            self.call("Bash", {"command": words("command 2")}, "d1"),
            self.result("d1", "User rejected tool use", content=said, is_error=True),
            self.call("ExitPlanMode", {"plan": words("exit plan")}, "d2"),
            self.result("d2", {"plan": words("approved")}, content="User has approved your plan"),
            self.user([{"type": "text", "text": "[Request interrupted by user]"}]),
        ]

    def queue(self) -> list[dict]:
        return [
            self.record("queue-operation", operation="enqueue", content=self.canary("queued")),
            self.record("queue-operation", operation="remove"),
        ]

    def others(self) -> list[dict]:
        words = self.canary
        message = {"message": {"content": words("progress")}, "prompt": words("progress")}
        return [
            {"type": "last-prompt", "lastPrompt": words("last"), "sessionId": self.session_id},
            {"type": "ai-title", "aiTitle": words("title"), "sessionId": self.session_id},
            {"type": "summary", "summary": words("summary"), "leafUuid": words("leaf")},
            {"type": "pr-link", "prUrl": words("pr"), "sessionId": self.session_id},
            {"type": "file-history-snapshot", "snapshot": {"trackedFileBackups": {words("f"): 1}}},
            self.record("progress", data={"type": "agent_progress", **message}),
            self.record("attachment", attachment={"type": "hook_success", "stdout": words("hook")}),
            self.record(
                "attachment",
                attachment={
                    "type": "queued_command",
                    "commandMode": "prompt",
                    "prompt": words("mid-turn"),
                },
            ),
            self.record("system", subtype="away_summary", content=words("away")),
            self.record("system", subtype="api_error", error={"headers": words("headers")}),
        ]

    def hostile(self) -> list[dict]:
        """Words where a version, a model, a tool, a kind or a number is expected."""
        words = self.canary
        return [
            self.user(words("behind version"), version=words("version")),
            self.reply({"type": "text", "text": words("t")}, model=words("model")),
            self.call(words("tool name"), {"command": words("c")}, "h1"),
            self.result("h1", {"structuredPatch": words("patch type")}, is_error=words("is_error")),
            self.user(words("side"), isSidechain=words("isSidechain")),
            self.record("system", subtype=words("subtype"), content=words("content")),
            self.record(words("record type"), content=words("content")),
        ]
