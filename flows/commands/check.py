"""winnow check: the static gate alone, for an editor of models and for CI."""

import json
from typing import Annotated

import typer


def check(
    tier: Annotated[str, typer.Option(help="one tier; all of them where none is named")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
) -> None:
    """Prove that no raw text reaches a model's output; exit code 1 when something is refused."""
    from flows.policy.tiers import check_tier
    from flows.settings import load_settings
    from flows.static_check import check_files

    settings = load_settings()
    root = settings.project_dir
    files = check_files(root / "dbt")
    # Compiling runs the project's Jinja: not before its files are known to be harmless.
    reports = [] if files else _reports(root, settings.home, check_tier(tier) if tier else None)
    if as_json:
        print(json.dumps({"files": files, "tiers": reports}))
    else:
        _show(files, reports)
    if files or any(report["refused"] for report in reports):
        raise typer.Exit(1)


def _reports(root, home, tier) -> list[dict]:
    """One tier here; of several, the first in a process beside this one: dbt's start is most of
    the time, and a second start on a second core is cheaper than waiting."""
    from concurrent.futures import ThreadPoolExecutor

    from flows.policy.tiers import Tier
    from flows.static_check import check_tier

    if tier:
        return [check_tier(root, tier, home)]
    first, *others = Tier
    with _waiting(), ThreadPoolExecutor(max_workers=1) as pool:
        beside = pool.submit(_child, first)
        here = [check_tier(root, other, home) for other in others]
        return beside.result() + here


def _child(tier) -> list[dict]:
    from flows.commands.purge import run_child

    return run_child(tier, "check")["tiers"]


def _waiting():
    from rich.console import Console

    return Console(stderr=True).status("compiling and checking models")


def _show(files: list[dict], reports: list[dict]) -> None:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    for item in files:
        _show_refusal(console, item)
    for report in reports:
        _show_report(console, report)
    if files:
        console.print("models were not compiled: mend the project's files first")
    elif not any(report["refused"] for report in reports):
        console.print("nothing refused: no raw text reaches a model's output")


def _show_report(console, report: dict) -> None:
    bits = report["bits"]
    console.print(
        f"[bold]{report['tier']}[/]  {report['models']} models · {report['tests']} tests · "
        f"{bits['now']:.1f} of {bits['budget']:.1f} bits a session · {report['seconds']:.1f} s"
    )
    if bits["committed"] not in (None, bits["now"]):
        word = "raises" if bits["now"] > bits["committed"] else "lowers"
        console.print(
            f"  this change {word} what a row can carry from {bits['committed']:.1f} to "
            f"{bits['now']:.1f} bits"
        )
    for item in report["refused"]:
        _show_refusal(console, item)
    for model, found in report["candidates"].items():
        for fingerprint, columns in found.items():
            console.print(f"  {model}: unregistered expression {fingerprint} over {columns}")


def _show_refusal(console, item: dict) -> None:
    console.print(f"  [red]refused[/] {item['place']}: {item['rule']}: {item['message']}")
    console.print(f"    → {item['remedy']}")
