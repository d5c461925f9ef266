"""Progress on standard error where a person watches, and silence where none does."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

Step = TypeVar("Step")


def progress(steps: Iterable[Step], title: str, total: int) -> Iterator[Step]:
    from rich.progress import track

    console = _console()
    return iter(
        track(steps, title, total, console=console, transient=True, disable=not console.is_terminal)
    )


@contextmanager
def counted(title: str, total: int) -> Iterator[Callable[[], None]]:
    """Yields what to call after every step."""
    from rich.progress import Progress

    console = _console()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=total)
        yield lambda: bar.advance(task)


def status(title: str) -> AbstractContextManager:
    """A line that says what is going on until the block ends."""
    return _console().status(title)


def _console():
    from rich.console import Console

    return Console(stderr=True)
