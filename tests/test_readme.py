"""What README says is what the program does."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from flows import cli
from tests.flows.house import prompt, reply
from tests.flows.test_land_transcripts import write

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
INLINE = re.findall(r"`(winnow [^`]+)`", README)
LINES = [line.split("#")[0].strip() for block in BLOCKS for line in block.splitlines()]
SHOWN = sorted({each.strip() for line in [*LINES, *INLINE] for each in line.split("&&")} - {""})


@pytest.fixture(scope="module")
def command():
    return typer.main.get_command(cli.make_app(cli.VERBS))


@pytest.mark.parametrize("line", [line for line in SHOWN if line.startswith("winnow ")])
def test_every_command_that_readme_shows_exists_with_its_options(command, line):
    verb, *arguments = line.split()[1:]
    with typer.Context(command) as context:
        found = command.get_command(context, verb)
        assert found is not None, verb
        found.make_context(verb, arguments, parent=context)


@pytest.mark.parametrize("target", re.findall(r"^make (\w+)", "\n".join(LINES), re.MULTILINE))
def test_every_make_target_that_readme_shows_exists(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    "path", re.findall(r"`((?:flows|dbt|expectations|infra|tests)/[^`<]+)`", README)
)
def test_every_path_that_readme_names_exists(path):
    assert (ROOT / path).exists()


def test_trying_it_on_ones_own_sessions_works_as_readme_says(tmp_path):
    write(
        tmp_path / ".claude/projects/a/s1.jsonl",
        [
            prompt("hello", "u1", at="2025-06-01T10:00:00Z"),
            reply("hi", "u2", at="2025-06-01T10:01:00Z"),
        ],
    )
    (block,) = [block for block in BLOCKS if "winnow land" in block]
    environment = {name: value for name, value in os.environ.items() if name[:7] != "WINNOW_"}
    path = f"{Path(sys.executable).parent}:{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-ec", block],
        env=environment | {"HOME": str(tmp_path), "PATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    # `winnow status` ends with 1 as long as no purge has ever run.
    assert "training_sessions published" in done.stdout, done.stdout + done.stderr
    assert (tmp_path / "data/exports/opt_in/training_sessions").is_dir()
