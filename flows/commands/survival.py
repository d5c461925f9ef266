"""winnow survival: how much of the agent's code is still there, measured beside a repository."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from flows.policy.wording import counted


def survival(
    repo: Annotated[Path, typer.Argument(help="a clone's folder, or a bare repository")],
    head: Annotated[str, typer.Option(help="measure up to this branch or commit")] = "HEAD",
    trailer: Annotated[
        list[str] | None,
        typer.Option(help="what an agent's commit says (again for more) [Co-Authored-By: Claude]"),
    ] = None,
    transcripts: Annotated[
        list[Path] | None,
        typer.Option(help="transcripts, or folders of them (again for more)"),
    ] = None,
    notes: Annotated[bool, typer.Option("--notes", help="read git-ai's authorship notes")] = False,
    method: Annotated[str, typer.Option(help="line/1, or blame/1 as git blame counts")] = "line/1",
    checkpoints: Annotated[
        str | None, typer.Option(help="hours and days after the session [1h,1d,7d,14d,28d]")
    ] = None,
    by_commit: Annotated[
        bool, typer.Option("--by-commit", help="a line an agent commit, to check on the spot")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="the summary as one document")] = False,
    out: Annotated[Path | None, typer.Option(help="write the lines to this file")] = None,
    plot: Annotated[Path | None, typer.Option(help="draw the curve: .png or .svg")] = None,
    state: Annotated[
        Path | None, typer.Option(help="keep what was measured here; the next run adds to it")
    ] = None,
) -> None:
    """Measure code survival beside a repository: one float a session and checkpoint.

    The lines go to --out, or to standard output where that is no terminal; a terminal gets the
    curve.
    """
    from flows.adapters.files import check_out_file
    from flows.adapters.plots import check_plot_name
    from flows.measure_survival import Request, measure_survival

    kind = check_plot_name(plot.name) if plot else None
    _check_told_apart(by_commit, as_json, out)
    # Before the measuring, which may take minutes.
    out, plot = (check_out_file(each) if each else None for each in (out, plot))
    request = Request(
        repo.expanduser(),
        head,
        tuple(trailer or ()),
        tuple(path.expanduser() for path in transcripts or ()),
        notes,
        method,
        checkpoints,
        state.expanduser() if state else None,
    )
    with _progress() as on_commit:
        outcome = measure_survival(request, on_commit)
    if plot and kind:
        _draw(outcome, plot, kind)
    _tell(outcome, by_commit, as_json, out)


def _check_told_apart(by_commit: bool, as_json: bool, out: Path | None) -> None:
    from flows.policy.errors import WinnowError

    if by_commit and (as_json or out):
        raise WinnowError(
            "--by-commit names commits: it is printed for checking, never written to a file",
            remedy="leave out --out and --json with it",
            exit_code=2,
        )


@contextmanager
def _progress():
    """Hears (done, all); draws a bar on standard error where somebody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("following lines", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _tell(outcome, by_commit: bool, as_json: bool, out: Path | None) -> None:
    from flows.adapters.files import write_whole

    if by_commit:
        _print_lines(_commit_lines(outcome))
    elif as_json:
        _print_lines([{**_summary(outcome), "warnings": list(outcome.warnings)}])
    elif out:
        write_whole(out, "".join(f"{_dump(line)}\n" for line in _lines(outcome)).encode())
    elif not sys.stdout.isatty():
        _print_lines(_lines(outcome))
    _tell_people(outcome, out, has_curve=not (by_commit or as_json))


def _tell_people(outcome, out: Path | None, *, has_curve: bool) -> None:
    if not (has_curve or outcome.warnings):
        return
    from rich.console import Console

    from flows.survival.curve_text import curve_lines

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for warning in outcome.warnings:
        console.print(f"[yellow]note:[/] {warning}")
    if not has_curve:
        return
    summary = _summary(outcome)
    sources = ", ".join(f"{count:,} by {name}" for name, count in summary["sources"].items())
    sessions, lines = counted(summary["sessions"], "session"), counted(summary["lines"], "line")
    console.print(f"{sessions} ({sources}), {lines},")
    console.print(f"{summary['sessions_measured']:,} of them with five lines or more\n")
    console.print("\n".join(curve_lines(summary)), markup=False)
    if out:
        console.print(f"\nlines for the pipeline: {out}", markup=False)


def _summary(outcome) -> dict:
    from flows.survival.results import summary

    return summary(outcome.measured.sessions, outcome.spans, outcome.method)


def _lines(outcome):
    from datetime import UTC, datetime

    from flows.survival.results import output_line, readings

    checked_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for reading in readings(outcome.measured.sessions, outcome.spans):
        yield output_line(reading, checked_at)


def _commit_lines(outcome):
    from flows.survival.results import alive_at

    for commit, session in outcome.measured.commits.items():
        told = {name: alive_at(session, name, span) for name, span in outcome.spans.items()}
        alive = {name: lines for name, lines in told.items() if lines is not None}
        yield {"commit": commit, "added": session.added, "alive": alive}


def _print_lines(lines) -> None:
    for line in lines:
        print(_dump(line))


def _dump(line: dict) -> str:
    import json

    return json.dumps(line, ensure_ascii=False)


def _draw(outcome, plot: Path, kind: str) -> None:
    from flows.adapters.files import write_whole
    from flows.adapters.plots import Curve, draw_survival

    points = [
        (outcome.spans[name] / 86_400, at["survival_ratio"])
        for name, at in _summary(outcome)["checkpoints"].items()
        if at["survival_ratio"] is not None
    ]
    write_whole(plot, draw_survival([Curve("survival", points)], kind))
