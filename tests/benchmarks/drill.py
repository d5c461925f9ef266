"""Thirty-five days of two tiers on an S3 server with versioning on: purges and erasures killed at
random moments, old sources put back, consent given and taken. At the end the verifier, which shares
no code with what deletes, says whether anything is left that should be gone, and this script
whether anything is gone that should be left.

    python -m tests.benchmarks.drill [--days N] [--every N] [--accounts N] [--builds N] [--seed N]

`--every` simulates only each n-th day; after each n-th of them by `--builds` (0: never) models and
exports are run and everything is checked, as it is at the end. Exit code 1 when something is
wrong. Every step is a process of its own, so that SIGKILL hits it as it would a scheduled one.
"""

import argparse
import os
import random
import sys
import time
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.daily import is_watched
from flows.policy.tiers import Tier
from flows.policy.windows import oldest_kept_date
from flows.policy.wording import counted
from tests.benchmarks.drill_checks import Findings, check_all
from tests.benchmarks.drill_world import ERASED, World, s3_server
from tests.benchmarks.processes import run_killed, run_whole

FIRST = date(2026, 2, 24)
TIERS = ("opt_in", "default_tier")
KILLED_PURGES = 0.5


def main() -> int:
    options = _options()
    started = time.monotonic()
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory()))
        world = World(home, stack.enter_context(s3_server()), options.accounts, options.seed)
        drill = Drill(world, random.Random(options.seed))
        days = [FIRST + timedelta(days=n) for n in range(0, options.days, options.every)]
        for number, day in enumerate(days):
            is_last = day == days[-1]
            builds = bool(options.builds) and (is_last or number % options.builds == 0)
            drill.live(day, number, builds=builds)
            if builds or is_last:
                drill.check(day)
            print(f"{day}: {number + 1} of {len(days)} days", file=sys.stderr, flush=True)
    _report(drill, time.monotonic() - started)
    return 1 if drill.problems else 0


class Drill:
    def __init__(self, world: World, chance: random.Random) -> None:
        self.world, self.chance = world, chance
        self.kills = self.purges = self.erasures = 0
        self.checks: list[Findings] = []
        self.problems: list[str] = []
        # How long a step takes: kills are spread over all of it.
        self.seconds = {"purge": 1.0, "erase": 1.0}

    def live(self, day: date, number: int, *, builds: bool) -> None:
        """One day: sessions come, consent flips, the runs, erasures, the purge of the evening."""
        world = self.world
        world.today = day
        world.write_sessions(day)
        world.write_survival(day)
        world.flip_consent(day, number)
        world.replay(day)
        for tier in TIERS:
            self._run(tier, builds)
        for account in ERASED.get(number, ()):
            for tier in TIERS:
                self._erase(tier, account, day)
        for scope in (*TIERS, "shared"):
            self._purge(scope)

    def check(self, day: date) -> None:
        found = check_all(self.world, day)
        self.checks.append(found)
        self.problems += [f"{day}: {problem}" for problem in found.problems]

    def _run(self, tier: str, builds: bool) -> None:
        """The stages of a daily run, in its order."""
        environment = self.world.environment(tier)
        run_whole(environment, "pull", tier)
        if is_watched(self.world.home, Tier(tier)):
            run_whole(environment, "watch", tier)
        for step in ("declassify", "build", "export") if builds else ():
            run_whole(environment, step, tier)

    def _erase(self, tier: str, account: str, day: date) -> None:
        """Killed on the way; whatever it had noted is finished by the next watch, the rest by
        being asked again."""
        self.world.erase(tier, account, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        self._kill("erase", tier, account)
        run_whole(self.world.environment(tier), "watch", tier)
        self.seconds["erase"] = run_whole(self.world.environment(tier), "erase", tier, account)
        self.erasures += 1

    def _purge(self, scope: str) -> None:
        if self.chance.random() < KILLED_PURGES:
            self._kill("purge", scope)
        self.seconds["purge"] = run_whole(self.world.environment(scope), "purge", scope)
        self.purges += 1

    def _kill(self, step: str, *arguments: str) -> None:
        after = self.chance.uniform(0, self.seconds[step])
        environment = self.world.environment(arguments[0])
        self.kills += run_killed(environment, after, step, *arguments)


def _report(drill: Drill, seconds: float) -> None:
    world, found = drill.world, drill.checks[-1]
    print(
        f"days            {world.first} … {world.today}, kept from {oldest_kept_date(world.today)}"
    )
    print(f"sessions        {len(world.sessions)} written, {found.expected} expected to be left")
    print(f"objects         {world.puts} put, {world.replays} of them old ones put back")
    print(f"consent         {world.flips} words, {drill.erasures} erasures")
    print(f"purges          {drill.purges}, {drill.kills} purges and erasures killed under way")
    print(
        f"places checked  {found.places:,} of {found.kinds} kinds, {found.versions:,} of them "
        f"object versions; with the checks on the way {sum(c.places for c in drill.checks):,} in "
        f"{counted(len(drill.checks), 'check')}"
    )
    spent = os.times()
    cpu = spent.user + spent.system + spent.children_user + spent.children_system
    print(f"minutes         {seconds / 60:.1f}, of CPU {cpu / 60:.1f}")
    for problem in drill.problems:
        print(f"WRONG           {problem}")
    if not drill.problems:
        print("nothing older than the window, nothing of erased accounts, nothing lost")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("days", 35), ("every", 1), ("accounts", 6), ("builds", 7), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
