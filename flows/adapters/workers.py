"""Worker processes: each takes one item at a time, and a user who stops the run stops them."""

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_INTERRUPT = {signal.SIGINT}
_LEAN = "flows.adapters.lean_fork"


def in_workers(
    work: Callable[[Item], Result], items: Sequence[Item], count: int, modules: list[str]
) -> Iterator[Result]:
    """The results of `work` in the items' order. Workers fork from a process that is lean, has
    imported the modules, once, and runs no thread.

    Raises BrokenProcessPool where a worker was ended from outside.
    """
    forks = get_context("forkserver")
    forks.set_forkserver_preload([_LEAN, *modules])
    with ProcessPoolExecutor(count, forks, initializer=_start) as pool:
        try:
            with _uninterrupted():
                results = deque(pool.submit(work, item) for item in items)
            while results:
                yield results.popleft().result()
        except BaseException:
            # Not by `pool.map`, nor by the futures: the pool's own thread alone may cancel them, or
            # it ends at the first cancelled one when workers die, and then nobody ends the run.
            pool.shutdown(cancel_futures=True)
            raise


def _start() -> None:
    """A worker that is stopped says nothing: its run does."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPT)


def _is_interruptible() -> bool:
    """Other threads never are, nor is a run in the background of a script."""
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits for the end of the block, and with the processes that start in it until they are
    ready: a pool that is interrupted while it starts some never ends the others.

    Held back in both ways: processes inherit the mask only, and here a library's thread that is
    not masked would take the signal.
    """
    if not _is_interruptible():
        yield
        return
    seen: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _: seen.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPT)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
    if seen:
        raise KeyboardInterrupt
