"""One child process a scope, each with that scope's settings only: a verb called for one scope."""

import json
import subprocess
import sys

from flows.environment import environment_of
from flows.policy.errors import WinnowError


def scope_command(verb: str, scope: str, *options: str) -> list[str]:
    """How winnow starts itself for one scope: by the interpreter that runs it now."""
    return [sys.executable, "-m", "flows.cli", verb, *options, "--tier", scope]


def run_verb(verb: str, scope: str, *options: str) -> dict:
    """The JSON that `winnow VERB … --tier SCOPE --json` prints. Its errors are shown by itself.

    Raises WinnowError with the child's exit code when it failed.
    """
    done = subprocess.run(
        scope_command(verb, scope, *options, "--json"),
        env=environment_of(scope),
        stdout=subprocess.PIPE,
        check=False,
    )
    if not done.stdout:
        raise WinnowError(
            f"{verb} of {scope} failed",
            remedy="its own message stands above; other tiers are not affected",
            exit_code=max(done.returncode, 1),
        )
    return json.loads(done.stdout)
