"""`flow` and `task`: Prefect's where a Prefect server is configured, else the same order, retries
and redaction in this process.

Importing Prefect costs 3 CPU-seconds a process and an ephemeral server 20; a daily run is a dozen
processes. Either way what a step raises is redacted before anything can log or store it.
"""

import functools
import os
import traceback
from pathlib import Path

from expectations.errors import RuleFileError
from flows.policy.errors import TransientError, WinnowError

RETRY_WAIT_SECONDS = 2
_HERE = Path(__file__).resolve().parent


def has_server() -> bool:
    return bool(os.environ.get("PREFECT_API_URL"))


def flow(function):
    """A run that people see: named after the function, its results references and counts only."""
    return _decorate(function, "flow", 0)


def task(function=None, *, retries: int = 0):
    """A step of a flow; only a TransientError is tried again."""
    if function is None:
        return functools.partial(task, retries=retries)
    return _decorate(function, "task", retries)


def redacted(function):
    """`function`, of whose failures only those that name a remedy get out as they are.

    Any other exception may quote data: its type and the place in our code remain.
    """

    @functools.wraps(function)
    def guarded(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except WinnowError as error:
            failure = type(error)(error.message, remedy=error.remedy, exit_code=error.exit_code)
        except Exception as error:
            failure = redact(error, function.__name__)
        # Raised out of the handler, so that the original is not its context either.
        raise failure

    return guarded


def redact(error: Exception, step: str) -> WinnowError:
    """What may be said of an exception: of a file of rules all, of another's the step, the place
    in our code and the type."""
    if isinstance(error, RuleFileError):
        return WinnowError(error.message, remedy=error.remedy, exit_code=error.exit_code)
    name = type(error).__name__
    if isinstance(error, OSError) and error.errno:
        name = f"{name}: {os.strerror(error.errno)}"
    return WinnowError(
        f"{step} failed at {_place(error)} ({name})",
        remedy="mend the cause and run again: finished steps are kept, half-done ones go unseen",
    )


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _HERE in Path(frame.filename).parents]
    frame = (own or frames)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"


def _decorate(function, kind: str, retries: int):
    safe = redacted(function)
    if not has_server():
        return _retrying(safe, retries) if retries else safe
    import prefect

    if kind == "flow":
        return prefect.flow(safe, name=function.__name__, persist_result=False)
    return prefect.task(
        safe,
        name=function.__name__,
        retries=retries,
        retry_delay_seconds=RETRY_WAIT_SECONDS,
        retry_condition_fn=_is_transient,
        persist_result=False,
        cache_policy=prefect.cache_policies.NO_CACHE,
    )


async def _is_transient(task, run, state) -> bool:
    return isinstance(await state.aresult(raise_on_failure=False), TransientError)


def _retrying(function, retries: int):
    import tenacity

    return tenacity.retry(
        retry=tenacity.retry_if_exception_type(TransientError),
        stop=tenacity.stop_after_attempt(retries + 1),
        wait=tenacity.wait_fixed(RETRY_WAIT_SECONDS),
        reraise=True,
    )(function)
