"""A home that two tiers' products wrote into, with canaries in every raw field."""

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.transcripts import session, write

TODAY = date(2026, 3, 31)
TIERS = ("opt_in", "default_tier")
ACCOUNTS = 12


class World:
    """WINNOW_HOME and the command line that works on it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.output = ""
        self.canaries: set[str] = set()

    def fill(self) -> None:
        for tier in TIERS:
            for number in range(ACCOUNTS):
                day = TODAY - timedelta(days=number % 3)
                self.add_session(tier, f"account{number}", f"{tier}-s{number}", day)
                self.add_control(tier, f"account{number}", number)

    def add_session(self, tier: str, account: str, name: str, day: date) -> None:
        def canary(field: str) -> str:
            words = f"canary-{tier}-{field.replace(' ', '-')}-{len(self.canaries):04} says hello"
            self.canaries.add(words)
            return words

        folder = self.home / "sources" / tier / "sessions" / str(day) / account
        write(folder / f"{name}.jsonl", session(canary, str(day), name))

    def add_control(self, tier: str, account: str, number: int) -> None:
        at = "2026-02-01T00:00:00Z"
        variant = ("control", "treatment")[number % 2]
        assigned = {
            "account_id": account, "experiment": "agent_variant", "variant": variant,
            "assigned_at": at,
        }  # fmt: skip
        consent = {
            "event_id": account, "account_id": account, "programme": "opt_in", "state": "granted",
            "effective_at": at, "recorded_at": at,
        }  # fmt: skip
        control = self.home / "sources/control" / tier
        self._append(control / "assignments/lines.jsonl", assigned)
        if tier == "opt_in":
            self._append(control / "consent/lines.jsonl", consent)

    def _append(self, path: Path, line: dict) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def environment(self, **more: str) -> dict[str, str]:
        own = {"WINNOW_HOME": str(self.home), "WINNOW_TODAY": str(TODAY)}
        return {**os.environ, **own, **more}

    def start(self, *arguments: str, **more: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-c", "from flows.cli import main; main()", *arguments],
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # Tests that run in a script's background would hand on that Ctrl-C is ignored.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )

    def winnow(self, *arguments: str, **more: str) -> int:
        """Runs the command to its end; its output is kept for the search."""
        process = self.start(*arguments, **more)
        self.output = process.communicate()[0]
        return process.returncode

    def copied_to(self, home: Path) -> "World":
        """The same home elsewhere: times stay, so that nothing looks changed."""
        shutil.copytree(self.home, home, dirs_exist_ok=True)
        return World(home)

    def outside_raw(self) -> list[Path]:
        """Every zone that may hold no text."""
        zones = [path for path in self.home.iterdir() if path.name not in ("sources", "landing")]
        return zones + [path for path in self.home.glob("landing/*/*") if path.name != "raw"]

    def exports(self, tier: str) -> dict[str, bytes]:
        """What a trainer may take: every file that stands in a manifest, and the manifests."""
        root = self.home / "exports" / tier
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    world = World(tmp_path_factory.mktemp("home"))
    world.fill()
    return world


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> World:
    """A home after a whole run of the opt-in tier. Tests work on copies of it."""
    world = World(tmp_path_factory.mktemp("finished"))
    world.fill()
    assert world.winnow("run", "--tier", "opt_in", PREFECT_API_URL="") == 0, world.output
    return world


@pytest.fixture
def ready(finished, tmp_path, monkeypatch) -> World:
    """A copy of the finished home, which stages started by the test work on."""
    world = finished.copied_to(tmp_path / "home")
    monkeypatch.setenv("WINNOW_HOME", str(world.home))
    monkeypatch.setenv("WINNOW_TODAY", str(TODAY))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    return world
