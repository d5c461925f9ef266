"""One step of winnow as a process of its own: forked, so that imports are paid once, and killed as
any process can be."""

import multiprocessing
import os
import sys
import time

from flows import erase_account, export_training, purge_expired, watch_consent
from flows import settings as winnow_settings
from flows.pull_default_tier import pull_default_tier
from flows.pull_opt_in import pull_opt_in

_FORK = multiprocessing.get_context("fork")


def run_whole(environment: dict[str, str], step: str, *arguments: str) -> float:
    """Seconds that the step took. Raises RuntimeError when it failed."""
    started = time.monotonic()
    process = _start(environment, step, arguments)
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{step} failed: its own message stands above")
    return time.monotonic() - started


def run_killed(environment: dict[str, str], after: float, step: str, *arguments: str) -> int:
    """Kills the step after so many seconds; 1 if it was still at work."""
    process = _start(environment, step, arguments)
    process.join(after)
    process.kill()
    process.join()
    return int(process.exitcode != 0)


def _start(environment: dict[str, str], step: str, arguments: tuple[str, ...]):
    process = _FORK.Process(target=_work, args=(environment, step, arguments))
    process.start()
    return process


def _work(environment: dict[str, str], step: str, arguments: tuple[str, ...]) -> None:
    for name in [name for name in os.environ if name.startswith("WINNOW_")]:
        del os.environ[name]
    os.environ |= environment
    try:
        _STEPS[step](*arguments)
    except Exception as error:
        print(f"{step} {arguments}: {error}", file=sys.stderr)
        sys.exit(1)


def _pull(tier: str) -> None:
    flow = {"opt_in": pull_opt_in, "default_tier": pull_default_tier}[tier]
    flow(day=winnow_settings.load_settings().today)


def _erase(tier: str, account: str) -> None:
    erase_account.erase(erase_account.Tier(tier), account, execute=True)


def _declassify(tier: str) -> None:
    from flows.declassify import declassify

    declassify(tier)


def _build(tier: str) -> None:
    from flows.build_signals import build_signals

    build_signals(tier)


def _export(tier: str) -> None:
    export_training.export_training(erase_account.Tier(tier))


_STEPS = {
    "pull": _pull,
    "watch": watch_consent.watch_consent,
    "erase": _erase,
    "purge": lambda scope: purge_expired.purge_expired(scope, "tomorrow"),
    "declassify": _declassify,
    "build": _build,
    "export": _export,
}
