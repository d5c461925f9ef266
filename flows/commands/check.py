"""winnow check: the static gate alone, for an editor of models and for CI."""

import json
from typing import Annotated

import typer

from flows.policy.wording import counted


def check(
    tier: Annotated[str, typer.Option(help="one tier; all of them where none is named")] = "",
    twins: Annotated[
        bool, typer.Option("--twins", help="build the real landing with other text: same bytes out")
    ] = False,
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
    chosen = check_tier(tier) if tier else None
    reports = [] if files else _reports(settings, chosen, twins)
    if as_json:
        print(json.dumps({"files": files, "tiers": reports}))
    else:
        _show(files, reports)
    if _is_refused(files, reports):
        raise typer.Exit(1)


def _is_refused(files: list[dict], reports: list[dict]) -> bool:
    return bool(files) or any(report["refused"] for report in reports)


def _reports(settings, tier, twins: bool) -> list[dict]:
    """Twins open a tier's landing: a process each."""
    from flows.policy.tiers import Tier
    from flows.static_check import check_tiers

    if twins and not tier:
        return [report for each in Tier for report in _child(each, "--twins")]
    with _waiting():
        reports = check_tiers(settings.project_dir, [tier] if tier else list(Tier), settings.home)
    return [_with_twins(settings, tier, report) for report in reports] if twins else reports


def _with_twins(settings, tier, report: dict) -> dict:
    from flows.orchestrator import redacted
    from flows.twin_runs import check_twins

    if report["refused"]:
        return report
    with _waiting("building twins"):
        found = redacted(check_twins)(settings, tier)
    return report | {"twins": found, "refused": found["refused"]}


def _child(tier, *options: str) -> list[dict]:
    from flows.run_scopes import run_verb

    return run_verb("check", tier, *options)["tiers"]


def _waiting(what: str = "compiling and checking models"):
    from rich.console import Console

    return Console(stderr=True).status(what)


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
        f"[bold]{report['tier']}[/]  {counted(report['models'], 'model')} · "
        f"{counted(report['tests'], 'test')} · "
        f"{bits['now']:.1f} of {bits['budget']:.1f} bits a session · {report['seconds']:.1f} s"
    )
    if bits["committed"] not in (None, bits["now"]):
        word = "raises" if bits["now"] > bits["committed"] else "lowers"
        console.print(
            f"  this change {word} what a row can carry from {bits['committed']:.1f} to "
            f"{bits['now']:.1f} bits"
        )
    if "twins" in report:
        _show_twins(console, report["twins"])
    for item in report["refused"]:
        _show_refusal(console, item)
    for model, found in report["candidates"].items():
        for fingerprint, columns in found.items():
            console.print(f"  {model}: unregistered expression {fingerprint} over {columns}")


def _show_twins(console, found: dict) -> None:
    same = "not the same out" if found["refused"] else "the same bytes out"
    console.print(
        f"  {counted(len(found['twins']), 'twin')} with other text in "
        f"{counted(found['rows'], 'row')}: {same} · "
        f"{found['seconds']:.1f} s"
    )


def _show_refusal(console, item: dict) -> None:
    console.print(f"  [red]refused[/] {item['place']}: {item['rule']}: {item['message']}")
    console.print(f"    → {item['remedy']}")
