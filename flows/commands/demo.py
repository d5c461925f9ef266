"""winnow demo: the main job on the sample transcripts, in a home of its own."""

import os
import shutil
import sys
from pathlib import Path

import typer

from flows.policy.wording import counted


def demo() -> None:
    """Run the main job on the sample transcripts that the project ships."""
    from rich.console import Console

    from flows.land_samples import land_samples
    from flows.run_tiers import exit_code, run_tiers
    from flows.settings import load_settings
    from flows.summary import print_summary

    # Never the home of real sessions: the demo starts from nothing each time.
    os.environ["WINNOW_HOME"] = str(Path(os.environ.get("WINNOW_HOME", "data")) / "demo")
    settings = load_settings()
    shutil.rmtree(settings.home, ignore_errors=True)
    console = Console(highlight=False, soft_wrap=True)
    files = land_samples(settings.home, settings.today)
    console.print(f"{counted(files, 'sample file')} put into {settings.home}/sources")
    results = run_tiers(settings, None, settings.today)
    print_summary(results, settings.home)
    if code := exit_code(results):
        raise typer.Exit(code)
    console.print(f"next: WINNOW_HOME={_near(settings.home)} {_near(Path(sys.argv[0]))} status")


def _near(path: Path) -> str:
    """As somebody in this folder types it."""
    here = Path.cwd()
    return str(path.absolute().relative_to(here) if path.absolute().is_relative_to(here) else path)
