"""winnow report: the scorecard as one HTML file, or the errors of sessions with a bug report."""

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
    feedback: Annotated[
        bool,
        typer.Option("--feedback", help="instead: errors by version, of bug reports' sessions"),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="print the same as one JSON document; write no file")
    ] = False,
) -> None:
    """Write the scorecard as one HTML file that loads nothing."""
    if feedback:
        _report_feedback(as_json)
        return
    from rich.console import Console

    from flows.adapters.files import check_out_file, write_whole
    from flows.commands.scorecard import parse_options, scorecards

    out = check_out_file(out)
    documents = scorecards(file, parse_options(split, control, looks))
    if as_json:
        print(json.dumps({"scorecards": documents}, allow_nan=False))
        return
    console = Console(highlight=False)
    with console.status("drawing"):
        page = _page(documents)
    write_whole(out, page.encode())
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


def _report_feedback(as_json: bool) -> None:
    from flows.adapters.feedback_errors import read_feedback_errors
    from flows.settings import load_settings

    errors = read_feedback_errors(load_settings().home / "warehouse")
    if as_json:
        print(json.dumps({"feedback_errors": errors}))
    else:
        _show_feedback(errors)


def _show_feedback(errors: list[dict]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("version", "error", "tool", box=None, pad_edge=False)
    for name in ("errors", "sessions", "of sessions", "accounts"):
        table.add_column(name, justify="right")
    for row in errors:
        parts = [row[f"client_{part}"] for part in ("major", "minor", "patch")]
        version = "unknown" if parts[0] is None else ".".join(map(str, parts))
        counts = ("error_count", "session_count", "version_session_count", "account_count")
        figures = [f"{row[name]:,}" for name in counts]
        table.add_row(version, row["error_kind"], row["tool_kind"], *figures)
    Console(highlight=False).print(table if errors else "no errors in the sessions of the window")
