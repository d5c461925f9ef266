"""winnow disclose: the page for the people whose sessions these are."""

from pathlib import Path
from typing import Annotated

import typer


def disclose(
    out: Annotated[
        Path | None, typer.Option(help="folder of the two files; infra/disclosure if none")
    ] = None,
    contact: Annotated[
        str, typer.Option(help="whom to write to: an address or a page, as it is to stand there")
    ] = "",
) -> None:
    """Write what is derived from whom, why, for how long and how to object: HTML and Markdown."""
    from rich.console import Console

    from flows.adapters.files import write_whole
    from flows.disclose import CONTACT, PAGES, disclosure
    from flows.settings import load_settings

    project = load_settings().project_dir
    folder = (out or project / PAGES).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in disclosure(project / "dbt", contact or CONTACT).items():
        write_whole(folder / name, content.encode())
        Console(highlight=False, soft_wrap=True).print(str(folder / name), markup=False)
