"""One child process a scope, each with that scope's settings only: a verb called for one scope."""

import json
import subprocess
import sys

from flows.policy.errors import WinnowError
from flows.settings import environment_of

_ENTRY = "from flows.cli import main; main()"


def run_verb(verb: str, scope: str, *options: str) -> dict:
    """The JSON that `winnow VERB … --tier SCOPE --json` prints. Its errors are shown by itself.

    Raises WinnowError with the child's exit code when it failed.
    """
    done = subprocess.run(
        [sys.executable, "-c", _ENTRY, verb, *options, "--tier", scope, "--json"],
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
