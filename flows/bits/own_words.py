"""A prompt without what the user pasted: logs, code, quotes, tables. Only a user's own words say
what the user feels."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_HEAD, _TAIL = 4000, 2000
_FENCE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)", re.DOTALL)
_BLOCK = re.compile(r"<([a-zA-Z][\w-]{1,40})\b[^>\n]{0,200}>.*?</\1>", re.DOTALL)
_PASTE_MARK = re.compile(r"\[(?:Pasted text|Image|image|Pasted)[^\]]{0,60}\]")
_COMMAND = re.compile(r"\s*/[\w:.-]+(?=\s|\Z)")
_PASTED_LINE = re.compile(
    r"\s*(?:"
    r"[>❯$%│┃┏┗┡├└┌━─═╔╚║|#*✓✗●⎿⏺] ?[^\n]*[|│┃━─═]\s*$|[│┃┏┗┡├└┌━─═╔╚║]|>|❯|\$ |% |>>> |\.\.\. "
    r"|\[?(?:\d{4}[-/]\d\d[-/]\d\d|\d\d[:.]\d\d[:.]\d\d|\d\d/\d\d/\d\d)|\d+\s*\|\s|\+\+\+ |--- "
    r"|@@ |diff --git|index [0-9a-f]{6}|\[\w+:\w+\] |={5,}|-{5,}"
    r"|at [\w.$<>]+ ?\(|at \S+:\d+|File \"|Traceback|Caused by|npm (?:ERR|error|WARN)|yarn run"
    r"|error(?:\[E\d+\]|:| TS\d+)|warning:|fatal:|remote:|panic:|goroutine \d|Exception in"
    r"|[\w.]+(?:Error|Exception|Warning)\b:?|(?:INFO|DEBUG|WARN|WARNING|ERROR|TRACE|FATAL)\b"
    r"|time=|level=|--> |= (?:note|help)|\^+|E  |FAILED |PASSED |=== |--- |##\[|FAIL:|ok\s+\S+/"
    r"|[{}()\[\];]+,?\s*$|</?\w|\"[\w$.-]+\"\s*:|(?:import|from|export|const|let|var|def|class"
    r"|func|fn|public|private|return|package|SELECT|INSERT|UPDATE|CREATE|ALTER|#include)\b[^?]*"
    r"[;{(:=\"'*)]\s*$"
    r"|\S+\.\w{1,5}:\d+|(?:/|[A-Z]:\\)\S+$|\w+@\w+[:~\w-]*[$#%]"
    r")"
)
_PASTED_INSIDE = re.compile(
    r"[;{]\s*$|\b(?:INFO|DEBUG|WARN|ERROR)\b.*\d|=>\s*\{|\bexit (?:code|status) \d"
    r"|\S+:\d+:\d+|\w\(\w*\) \{"
)
_SYMBOLS = re.compile(r"[^\w\s,.!?'\"’:;()\-/@`]")


class OwnWords(NamedTuple):
    """`text`: the user's own words. `pasted`: the share of characters that was pasted, 0–1.
    `quotes`: whether a line was quoted with `>`."""

    text: str
    pasted: float
    quotes: bool


def own_words(text: str) -> OwnWords:
    """Bounded work whatever the size: head and tail of a long text are read."""
    text = text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"
    size = len(text)
    kept = _COMMAND.sub("", text, count=1) if text.lstrip()[:1] == "/" else text
    if "```" in kept or "~~~" in kept:
        kept = _FENCE.sub("\n", kept)
    if "</" in kept:
        kept = _BLOCK.sub("\n", kept)
    if "[" in kept:
        kept = _PASTE_MARK.sub(" ", kept)
    quotes = False
    if "\n" in kept:
        lines = kept.split("\n")
        quotes = any(line.startswith(">") for line in lines)
        kept = "\n".join(_own_lines(lines))
    elif is_pasted(kept):
        kept = ""
    return OwnWords(kept, 1 - len(kept) / size if size else 0.0, quotes)


def _own_lines(lines: list[str]) -> Iterator[str]:
    after_pasted = False
    for line in lines:
        # What is indented below a pasted line belongs to it.
        if not is_pasted(line) and not (after_pasted and line.startswith(("  ", "\t"))):
            yield line
            after_pasted = after_pasted and not line.strip()
        else:
            after_pasted = True


def is_pasted(line: str) -> bool:
    """Whether the line looks like output, code or a quotation."""
    if len(line) < 3:
        return line in ("}", "{", ")", "];", "})")
    if line.startswith(("    ", "\t")) and not line.lstrip()[:1].isalnum():
        return True
    if _PASTED_LINE.match(line) or _PASTED_INSIDE.search(line):
        return True
    return len(line) > 20 and len(_SYMBOLS.findall(line)) > 0.18 * len(line) and line.isascii()
