"""A progress bar on standard error where a person watches, and silence where none does."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

Step = TypeVar("Step")


def progress(steps: Iterable[Step], title: str, total: int) -> Iterator[Step]:
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return iter(
        track(steps, title, total, console=console, transient=True, disable=not console.is_terminal)
    )
