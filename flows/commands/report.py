"""winnow report: the scorecard as one HTML file."""

import json
from pathlib import Path
from typing import Annotated

import typer


def report(
    file: Annotated[
        Path | None, typer.Argument(help="a Parquet table of sessions; the pipeline's own if none")
    ] = None,
    out: Annotated[Path, typer.Option(help="the HTML file to write")] = Path("report.html"),
    split: Annotated[
        str, typer.Option(help="planned shares, as control=0.5,treatment=0.5; equal if not given")
    ] = "",
    control: Annotated[str, typer.Option(help="the variant that others are compared with")] = "",
    looks: Annotated[
        str, typer.Option(help="once or daily: which intervals decide; daily if days are known")
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="print the same as one JSON document; write no file")
    ] = False,
) -> None:
    """Write the scorecard as one HTML file that loads nothing."""
    from rich.console import Console

    from flows.adapters.files import write_whole
    from flows.commands.scorecard import parse_options, scorecards

    documents = scorecards(file, parse_options(split, control, looks))
    if as_json:
        print(json.dumps({"scorecards": documents}, allow_nan=False))
        return
    console = Console(highlight=False)
    with console.status("drawing"):
        page = _page(documents)
    write_whole(out.expanduser(), page.encode())
    console.print(str(out), markup=False)


def _page(documents: list[dict]) -> str:
    from flows.adapters import charts
    from flows.scorecard.page import render
    from flows.settings import load_settings

    drawings = {
        "effects": charts.effect_chart,
        "survival": charts.survival_chart,
        "rates": charts.rate_chart,
        "looks": charts.look_chart,
    }
    return render(documents, drawings, load_settings().today)
