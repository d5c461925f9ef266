"""What a run ends with: per tier what was read, landed and refused, and what was exported."""

from collections.abc import Callable
from pathlib import Path

from flows.policy.coarse import order_of_magnitude
from flows.policy.tiers import Tier

_LINES = (
    ("lines read", "lines.read"),
    ("landed", "lines.landed"),
    ("not an event", "lines.not_event"),
)


def print_summary(results: dict[str, dict], home: Path) -> None:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    for tier, result in results.items():
        console.print()
        console.rule(f"[bold]{tier}", align="left", style="dim")
        if "error" in result:
            _print_error(console, result)
        else:
            _print_tier(console, tier, result)
    console.print(f"\n[dim]exact counts: {home}/state/<tier>/runs/ · more: winnow status[/]")


def shown(tier: str) -> Callable[[int], str]:
    """How counts of the tier are shown. The default tier's leave exact only through a privacy
    mechanism: people see their order of magnitude, the operator's record has them."""
    return order_of_magnitude if tier == Tier.DEFAULT else "{:,}".format


def _print_error(console, result: dict) -> None:
    from rich.markup import escape

    console.print(f"[red]failed:[/] {escape(result['error'])}")
    console.print(f"[dim]→[/] {escape(result['remedy'])}")


def _print_tier(console, tier: str, result: dict) -> None:
    show = shown(tier)
    window, run = result["pull"]["window"], result["pull"]["run"]
    _print_sources(console, show, window, run)
    _print_lines(console, show, window)
    for warning in result["quality"]["warnings"]:
        console.print(f"[yellow]quality[/]      {warning}")
    _print_built(console, result)
    if "canaries" in result:
        console.print(f"canaries     {result['canaries']['planted']} planted, none found elsewhere")
    _print_exports(console, result["export"])


def _print_sources(console, show, window: dict, run: dict) -> None:
    parsed = show(run.get("objects.read", 0))
    console.print(
        f"transcripts  {show(window.get('objects.read', 0))} in the window · {parsed} parsed now · "
        f"{show(run.get('objects.unchanged', 0))} unchanged · "
        f"{show(run.get('objects.set_aside', 0))} set aside"
    )
    _print_reasons(console, show, "refused whole", window, "objects.refused.")


def _print_lines(console, show, window: dict) -> None:
    parts = [f"{show(window.get(name, 0))} {label}" for label, name in _LINES]
    console.print("lines        " + " · ".join(parts))
    _print_reasons(console, show, "refused", window, "lines.refused.")
    _print_reasons(console, show, "events", window, "events.")


def _print_reasons(console, show, title: str, counts: dict, prefix: str) -> None:
    found = {
        name.removeprefix(prefix): count
        for name, count in sorted(counts.items(), key=lambda item: -item[1])
        if name.startswith(prefix)
    }
    if found:
        listed = " · ".join(f"{name} {show(count)}" for name, count in found.items())
        console.print(f"{title:<13}{listed}")


def _print_built(console, result: dict) -> None:
    signals = result["build"]["signals"]
    console.print(f"signals      {' · '.join(signals)}")


def _print_exports(console, export: dict) -> None:
    if not export["exports"]:
        console.print("exports      nothing to export yet")
    for (name, outcome), entries in _grouped(export["exports"]).items():
        days = sorted(entry["date"] for entry in entries)
        span = days[0] if len(days) == 1 else f"{days[0]} … {days[-1]}, {len(days)} days"
        console.print(f"export       [bold]{name}[/] {outcome} · {span}")
        if "rows" in entries[0]:
            rows = sum(entry["rows"] for entry in entries)
            bits = max(entry["bits_per_row"] for entry in entries)
            folder = Path(entries[0]["path"]).parent
            console.print(f"             {rows:,} rows of {bits:.1f} bits each · {folder}/")


def _grouped(entries: list[dict]) -> dict[tuple[str, str], list[dict]]:
    found: dict[tuple[str, str], list[dict]] = {}
    for entry in entries:
        found.setdefault((entry["export"], entry["outcome"]), []).append(entry)
    return found
