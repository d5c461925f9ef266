"""Reading `git diff-tree -p -U0`: headers in full, bodies only where someone asks."""

import re
from dataclasses import dataclass

_RANGES = re.compile(rb"(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_ESCAPED = {
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
}


@dataclass(slots=True)
class FileDiff:
    """One file of one commit: path before (None: new) and after (None: deleted), and the hunks.

    `is_link`: not a file but a submodule's commit.
    """

    old: bytes | None
    new: bytes | None
    body: bytes
    is_binary: bool = False
    is_link: bool = False


def unquote(path: bytes) -> bytes:
    """A path as git prints it (C quotes, a tab after names with spaces) as the bytes it is."""
    path = path.removesuffix(b"\t")
    if not (path.startswith(b'"') and path.endswith(b'"')):
        return path
    return _ESCAPE.sub(_unescape, path[1:-1])


def _unescape(match: re.Match) -> bytes:
    code = match[1]
    return bytes([int(code, 8)]) if len(code) == 3 else _ESCAPED.get(code, code)


def _side(path: bytes) -> bytes | None:
    path = unquote(path)
    return None if path == b"/dev/null" else path[2:]


def sections(record: bytes) -> list[bytes]:
    """A commit's patch, led by a newline, cut by file: no body line can start with a d."""
    return record.split(b"\ndiff --")[1:]


def parse_file(section: bytes) -> FileDiff:
    """A `diff --git` section."""
    cut = section.find(b"\n@@")
    if cut < 0:
        return _parse_bodiless(section)
    old_at = section.find(b"\n--- ", 0, cut) + 1
    new_at = section.find(b"\n+++ ", old_at, cut)
    old, new = section[old_at + 4 : new_at], section[new_at + 5 : cut]
    is_link = b" 160000\n" in section[:old_at]
    return FileDiff(_side(old), _side(new), section[cut:], is_link=is_link)


def _parse_bodiless(section: bytes) -> FileDiff:
    """A pure rename, a mode, an empty or a binary file."""
    title, *lines = section.rstrip(b"\n").split(b"\n")
    fields = dict(_named_paths(lines))
    is_binary = any(line.startswith((b"Binary files ", b"GIT binary patch")) for line in lines)
    path = _path_of_title(title.removeprefix(b"git "))
    old, new = fields.get(b"from", path), fields.get(b"to", path)
    if any(line.startswith(b"deleted file") for line in lines):
        new = None
    if any(line.startswith(b"new file") for line in lines):
        old = None
    return FileDiff(old, new, b"", is_binary)


def _named_paths(lines: list[bytes]):
    for line in lines:
        if line.startswith((b"rename from ", b"rename to ", b"copy from ", b"copy to ")):
            _, side, path = line.split(b" ", 2)
            yield side, unquote(path)


def _path_of_title(title: bytes) -> bytes:
    """Both sides of `a/P b/P` are the same path here: anything else has its own header lines."""
    half = title[: len(title) // 2]
    return unquote(half).removeprefix(b"a/")


def hunks(body: bytes) -> list[tuple[int, int, int, int, bytes]]:
    """(first old line from 0, old lines, first new line from 0, new lines, text) of each hunk.

    Git counts from 1, and names the line before where the length is 0.
    """
    found = []
    for text in body.split(b"\n@@ -")[1:]:
        old, old_size, new, new_size = _RANGES.match(text).groups()
        removed = 1 if old_size is None else int(old_size)
        added = 1 if new_size is None else int(new_size)
        old_start = int(old) - 1 if removed else int(old)
        new_start = int(new) - 1 if added else int(new)
        found.append((old_start, removed, new_start, added, text))
    return found


def removed_and_added(text: bytes) -> tuple[list[bytes], list[bytes]]:
    """The lines of one hunk without their signs."""
    lines = text.split(b"\n")
    removed = [line[1:] for line in lines if line.startswith(b"-")]
    return removed, [line[1:] for line in lines if line.startswith(b"+")]
