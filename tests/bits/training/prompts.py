"""The authored prompts: one file a pass, one JSON object a line.

Fields: `id`, `pass`, `text`, `context`, `prev_user`, `interrupted_before`, `rejected_before`,
`lang`, `labels` (the bits that are true, as a list of names).
"""

import json
from pathlib import Path

from flows.bits.prompts import Prompt

PASSES = tuple(f"pass_{letter}" for letter in "abcdefghijklm")
# Written after reading what the model got wrong on a labelled set of real prompts (without its
# text): on that set they flatter.
ANSWERS = frozenset("ikl")


def read_pass(name: str) -> list[dict]:
    """Rows with `labels` as {bit: 1}."""
    lines = (Path(__file__).parent / f"{name}.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row | {"labels": dict.fromkeys(row["labels"], 1)} for row in rows]


def to_prompt(row: dict) -> Prompt:
    return Prompt(
        row["text"],
        row.get("context") or "",
        row.get("prev_user") or "",
        bool(row.get("interrupted_before")),
        bool(row.get("rejected_before")),
    )
