"""Stages as processes: each loads what it needs and no more, and can reach what it needs and no
more. A stage answers with counts; of its failure only the redacted error comes back."""

import contextlib
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date

from flows.adapters.lean import be_lean
from flows.environment import environment_of
from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier

# stage → the flow that it runs. `daily` is a whole tier; of its stages only those that read or
# purge the source hold its credentials, and only declassify those of a language model.
STAGES = {
    "daily": "flows.daily:daily",
    "pull": "flows.pull_{tier}:pull_{tier}",
    "watch": "flows.watch_consent:watch_consent",
    "erase": "flows.erase_account:erase",
    "quality": "flows.check_quality:check_quality",
    "plant": "flows.canaries:plant_canaries",
    "search": "flows.canaries:search_canaries",
    "remove": "flows.canaries:remove_canaries",
    "declassify": "flows.declassify:declassify",
    "build": "flows.build_signals:build_signals",
    "export": "flows.export_training:export_training",
}
_WITH_CREDENTIALS = {"daily", "pull", "watch", "erase"}
_DATES = {"day", "first"}
_WITH_MODEL = {"daily", "declassify"}


def run_stage(stage: str, tier: Tier, **arguments) -> dict:
    """Runs the stage in a process of its own. Raises the WinnowError that it ended with."""
    order = json.dumps({"stage": stage, "tier": tier, "arguments": arguments}, default=str)
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as answers:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.stages", str(writer)],
            stdin=subprocess.PIPE,
            env=_environment(stage, tier),
            pass_fds=[writer],
        )
        os.close(writer)
        # A process that was ended before it read its order says so by its answer.
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(order.encode())
            process.stdin.close()
        answer = answers.read()
    return _result(stage, process.wait(), answer)


def _environment(stage: str, tier: Tier) -> dict[str, str]:
    source = (f"WINNOW_{tier.upper()}__", "WINNOW_CONTROL__", "AWS_")
    model = f"WINNOW_{tier.upper()}__LLM_"

    def may_hold(name: str) -> bool:
        if name.startswith(model):
            return stage in _WITH_MODEL
        return stage in _WITH_CREDENTIALS or not name.startswith(source)

    environment = environment_of(tier)
    return {name: value for name, value in environment.items() if may_hold(name)}


def _result(stage: str, code: int, answer: bytes) -> dict:
    if not answer:
        raise WinnowError(
            f"the {stage} stage was ended from outside (exit {code})",
            remedy="run the same command again: finished steps are kept, half-done ones go unseen",
        )
    found = json.loads(answer)
    if "error" in found:
        raise WinnowError(found["error"], remedy=found["remedy"], exit_code=found["exit_code"])
    return found["result"]


def main() -> None:
    """The child's side: order on standard input, answer on the pipe named by the argument."""
    order = json.load(sys.stdin)
    if order["stage"] == "pull":
        be_lean()
    try:
        answer = _answer(order)
    except KeyboardInterrupt:
        # The terminal interrupts the parent too, which says so once for all stages.
        sys.exit(130)
    with os.fdopen(int(sys.argv[1]), "w") as pipe:
        json.dump(answer, pipe, default=str)


def _answer(order: dict) -> dict:
    try:
        return {"result": _flow(order["stage"], order["tier"])(**_typed(order))}
    except WinnowError as error:
        return {"error": error.message, "remedy": error.remedy, "exit_code": error.exit_code}


def _flow(stage: str, tier: str) -> Callable:
    module, function = STAGES[stage].format(tier=tier).split(":")
    return getattr(importlib.import_module(module), function)


def _typed(order: dict) -> dict:
    arguments = {
        name: date.fromisoformat(value) if value and name in _DATES else value
        for name, value in order["arguments"].items()
    }
    return arguments if order["stage"] == "pull" else arguments | {"tier": Tier(order["tier"])}


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        # Ctrl-C reaches every process of the run; the command itself says so, once.
        sys.exit(130)
