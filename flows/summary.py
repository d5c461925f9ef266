"""What a run ends with: per tier what was read, landed and refused, and what was exported."""

from collections.abc import Callable
from pathlib import Path

from flows.policy.coarse import order_of_magnitude
from flows.policy.tiers import Tier
from flows.policy.wording import counted

# dataset → its count, and what is counted
_CONTROL = {
    "consent": ("consent.accounts", "accounts"),
    "assignments": ("assignments.landed", "landed"),
    "survival": ("survival.landed", "landed"),
}
_CUT_SHORT = "objects.refused.broken_compression"
# What an export's date is the first day of, where not of a day.
_UNITS = {Tier.DEFAULT: "window"}
_TITLE_WIDTH = 15


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


def print_problems(problems: list[str]) -> None:
    """Beside the summary, on standard error: also where it is a document for machines."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for problem in problems:
        console.print(f"[red]![/] {problem}")


def shown(tier: str) -> Callable[[int], str]:
    """How counts of the tier are shown. The default tier's leave exact only through a privacy
    mechanism: people see their order of magnitude, the operator's record has them."""
    return order_of_magnitude if tier == Tier.DEFAULT else "{:,}".format


def for_machines(results: dict[str, dict]) -> dict[str, dict]:
    """The results as one document: of the default tier, too, only what people may see."""
    return {
        tier: _coarse(result) if tier == Tier.DEFAULT else result
        for tier, result in results.items()
    }


def _coarse(counts):
    """Every count by its order of magnitude; released exports state their own rows."""
    if isinstance(counts, dict):
        return {
            name: found if name == "exports" else _coarse(found) for name, found in counts.items()
        }
    if isinstance(counts, list):
        return [_coarse(found) for found in counts]
    is_count = isinstance(counts, int) and not isinstance(counts, bool)
    return order_of_magnitude(counts) if is_count else counts


def _print_error(console, result: dict) -> None:
    from rich.markup import escape

    console.print(f"[red]failed:[/] {escape(result['error'])}")
    console.print(f"[dim]→[/] {escape(result['remedy'])}")


def _print_tier(console, tier: str, result: dict) -> None:
    show = shown(tier)
    window, run = result["pull"]["window"], result["pull"]["run"]
    _print_sources(console, show, window, run)
    _print_lines(console, show, window)
    _print_control(console, show, result["pull"]["control"])
    if erased := result["erased"].get("accounts"):
        _print_line(console, "erased", f"accounts whose consent was taken back: {show(erased)}")
    for warning in result["quality"]["warnings"]:
        _print_line(console, "[yellow]quality[/]", warning)
    _print_bits(console, show, result["declassify"])
    _print_line(console, "signals", " · ".join(result["build"]["signals"]))
    if "canaries" in result:
        planted = result["canaries"]["planted"]
        _print_line(console, "canaries", f"{planted} planted, none found elsewhere")
    _print_exports(console, tier, result["export"])


def _print_line(console, title: str, text: str) -> None:
    from rich.text import Text

    heading = Text.from_markup(title)
    heading.pad_right(max(0, _TITLE_WIDTH - heading.cell_len))
    console.print(heading + Text.from_markup(text))


def _print_sources(console, show, window: dict, run: dict) -> None:
    parsed = show(run.get("objects.read", 0))
    _print_line(
        console,
        "transcripts",
        f"{show(window.get('objects.read', 0))} in the window · {parsed} parsed now · "
        f"{show(run.get('objects.unchanged', 0))} unchanged · "
        f"{show(run.get('objects.set_aside', 0))} set aside",
    )
    whole = {name: count for name, count in window.items() if name != _CUT_SHORT}
    _print_reasons(console, show, "refused whole", whole, "objects.refused.")
    if cut := window.get(_CUT_SHORT):
        text = f"{show(cut)} · what could be read has landed; read again when they grow"
        _print_line(console, "[yellow]cut short[/]", text)


def _print_lines(console, show, window: dict) -> None:
    refused = sum(count for name, count in window.items() if name.startswith("lines.refused."))
    parts = {
        "landed": window.get("lines.landed", 0),
        "not an event": window.get("lines.not_event", 0),
        "refused": refused,
    }
    listed = " · ".join(f"{show(count)} {label}" for label, count in parts.items())
    _print_line(console, "lines", f"{show(window.get('lines.read', 0))} read: {listed}")
    _print_reasons(console, show, "refused for", window, "lines.refused.")
    _print_reasons(console, show, "events", window, "events.")


def _print_control(console, show, counts: dict) -> None:
    """Consent, assignments and survival: how many landed, and of what was refused the reasons."""
    for title, (name, unit) in _CONTROL.items():
        if name in counts:
            refused = _reasons(show, counts, f"{title}.refused.")
            landed = f"{show(counts[name])} {unit}"
            _print_line(console, title, f"{landed} · refused: {refused}" if refused else landed)


def _print_reasons(console, show, title: str, counts: dict, prefix: str) -> None:
    listed = _reasons(show, counts, prefix)
    if listed:
        _print_line(console, title, listed)


def _reasons(show, counts: dict, prefix: str) -> str:
    found = {
        name.removeprefix(prefix): count
        for name, count in sorted(counts.items(), key=lambda item: -item[1])
        if name.startswith(prefix)
    }
    return " · ".join(f"{name} {show(count)}" for name, count in found.items())


def _print_bits(console, show, counts: dict) -> None:
    """What a language model was asked, and whether some of it gave no answer."""
    asked = counts.get("language_model", {})
    if listed := " · ".join(f"{name} {show(count)}" for name, count in sorted(asked.items())):
        _print_line(console, "language model", listed)
    if repeated := counts["bit_days_to_repeat"]:
        text = f"days with calls that failed: {show(repeated)}; the next run asks again"
        _print_line(console, "[yellow]language model[/]", text)


def _print_exports(console, tier: str, export: dict) -> None:
    if not export["exports"]:
        never = "none: of this tier nothing leaves"
        _print_line(console, "exports", never if tier == Tier.FEEDBACK else "nothing to export yet")
    unit = _UNITS.get(tier, "day")
    for (name, outcome), entries in _grouped(export["exports"]).items():
        dates = "" if outcome.startswith("not yet") else f" · {_dates(entries, unit)}"
        _print_line(console, "export", f"[bold]{name}[/] {outcome}{dates}")
        if "rows" not in entries[0]:
            continue
        rows = sum(entry["rows"] for entry in entries)
        bits = max(entry["bits_per_row"] for entry in entries)
        folder = Path(entries[0]["path"]).parent
        _print_line(console, "", f"{counted(rows, 'row')} of {bits:.1f} bits each · {folder}/")


def _dates(entries: list[dict], unit: str) -> str:
    dates = sorted(entry["date"] for entry in entries)
    if len(dates) == 1:
        return dates[0]
    return f"{dates[0]} … {dates[-1]}, {counted(len(dates), unit)}"


def _grouped(entries: list[dict]) -> dict[tuple[str, str], list[dict]]:
    found: dict[tuple[str, str], list[dict]] = {}
    for entry in entries:
        found.setdefault((entry["export"], entry["outcome"]), []).append(entry)
    return found
