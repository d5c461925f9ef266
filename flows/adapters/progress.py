"""Progress on standard error where a person watches, and silence where none does."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import TypeVar

Step = TypeVar("Step")


def progress(steps: Iterable[Step], title: str, total: int) -> Iterator[Step]:
    from rich.progress import track

    console = _console()
    return iter(
        track(steps, title, total, console=console, transient=True, disable=not console.is_terminal)
    )


def status(title: str) -> AbstractContextManager:
    """A line that says what is going on until the block ends."""
    return _console().status(title)


def _console():
    from rich.console import Console

    return Console(stderr=True)
