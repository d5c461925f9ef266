"""Small repositories, each built by one `git fast-import`."""

import os
import subprocess
from pathlib import Path

from flows.measure_survival import Request, measure_survival

HOUR, DAY = 3_600, 86_400
START = 1_700_000_000
AGENT = "Do it\n\nCo-Authored-By: Claude <noreply@example.com>\n"


class Repo:
    """Commits are whole trees: {path: text or bytes, None for a submodule}."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stream: list[bytes] = []
        self._count = 0
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder)], check=True)

    def commit(self, files, *parents: int, at: int = 0, message: str = "Change", authored=None):
        """A commit `at` seconds after the start; its mark, to name as a parent."""
        self._count += 1
        lines = [f"commit refs/heads/made\nmark :{self._count}\n".encode()]
        when = START + at if authored is None else START + authored
        lines.append(f"author A <a@example.com> {when} +0000\n".encode())
        lines.append(f"committer A <a@example.com> {START + at} +0000\n".encode())
        lines.append(_data(message.encode()))
        lines.extend(
            f"{'merge' if n else 'from'} :{mark}\n".encode() for n, mark in enumerate(parents)
        )
        lines.append(b"deleteall\n")
        lines.extend(_file(path, content) for path, content in files.items())
        if not parents:
            lines.insert(0, b"reset refs/heads/made\n")
        self._stream.append(b"".join(lines))
        return self._count

    def agent(self, files, *parents: int, at: int = 0):
        return self.commit(files, *parents, at=at, message=AGENT)

    def build(self, head: int, branch: str = "main") -> "Repo":
        stream = b"".join(self._stream) + f"reset refs/heads/{branch}\nfrom :{head}\n".encode()
        self._stream.clear()
        marks = self.folder / "marks"
        options = [f"--export-marks={marks}", f"--import-marks-if-exists={marks}", "--quiet"]
        self.git("fast-import", "--force", *options, feed=stream)
        told = map(str.split, marks.read_text().splitlines())
        self.ids = {int(mark[1:]): id for mark, id in told}
        return self

    def git(self, *arguments: str, feed: bytes = b"") -> str:
        done = subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            input=feed,
            capture_output=True,
            check=True,
            env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"},
        )
        return done.stdout.decode(errors="replace")

    def measure(self, method: str = "line/1", **options):
        return measure_survival(Request(self.folder, method=method, **options))

    def alive(self, mark: int, method: str = "line/1", **options) -> tuple[int, dict[str, int]]:
        """(added, alive by checkpoint) of an agent commit."""
        session = self.measure(method, **options).measured.commits[self.ids[mark]]
        return session.added, session.alive


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _file(path: str, content) -> bytes:
    quoted = '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if content is None:
        return f"M 160000 {'1' * 40} {quoted}\n".encode()
    content = content.encode() if isinstance(content, str) else content
    return f"M 100644 inline {quoted}\n".encode() + _data(content)


def lines(*words: str) -> str:
    """A file with a line for each word, all of them effective."""
    return "".join(f"value_{word} = {word}()\n" for word in words)
