"""Scorecard documents in a terminal: the verdict first, then a line a metric."""

from collections.abc import Iterable

from flows.policy.wording import counted

_COLOURS = {
    "better": "green", "worse": "red", "mixed": "yellow", "changed": "cyan",
    "unclear": "default", "withheld": "yellow",
}  # fmt: skip
_MARKS = {"better": "▲", "worse": "▼", "changed": "◆", "unclear": "·", "withheld": "–"}


def show(documents: Iterable[dict]) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    for document in documents:
        for experiment in document["experiments"]:
            _show_experiment(console, document["source"], experiment)
        for note in document["notes"]:
            console.print(note, markup=False, style="dim")


def _show_experiment(console, source: str, experiment: dict) -> None:
    title = f"{experiment['experiment'] or 'all sessions'} · {source}"
    console.print(f"\n{title}", style="bold", markup=False)
    for pair in experiment["pairs"]:
        verdict = pair["verdict"]
        console.print(verdict["headline"], style=_COLOURS[verdict["outcome"]], markup=False)
        for sentence in verdict["sentences"]:
            console.print(f"  {sentence}", markup=False)
        if any(each["relative"] or each["absolute"] for each in pair["metrics"]):
            console.print(_metrics(experiment, pair))
    console.print(_sizes(experiment), style="dim", markup=False)
    console.print(f"decided by {experiment['decided_by']}", style="dim", markup=False)


def _metrics(experiment: dict, pair: dict):
    from rich.table import Column, Table
    from rich.text import Text

    level = f"{experiment['confidence']:.0%} interval"
    heads = ("", "metric", pair["control"], pair["treatment"], "change", level, "p (Holm)")
    table = Table(*(Column(Text(head)) for head in heads), box=None, pad_edge=False)
    for each in pair["metrics"]:
        shown = each["shown"]
        cells = [_MARKS[each["standing"]], each["label"], shown["control"], shown["treatment"]]
        if each["withheld"]:
            cells += [each["withheld"], "", ""]
        else:
            is_daily = experiment["decision_rule"] == "daily"
            holm = each["always_valid_p_holm" if is_daily else "p_holm"]
            cells += _change(shown, each["relative"])
            cells.append("< 0.001" if holm < 0.001 else f"{holm:.3f}")
        table.add_row(*map(Text, cells), style=_COLOURS[each["standing"]])
    return table


def _change(shown: dict, relative: dict | None) -> list[str]:
    if relative is None:
        return [shown["difference"], shown["difference_interval"]]
    return [shown["relative"], shown["relative_interval"]]


def _sizes(experiment: dict) -> str:
    parts = [_size(each) for each in experiment["variants"]]
    if experiment["crossover_accounts"]:
        left_out = counted(experiment["crossover_accounts"], "account")
        parts.append(f"{left_out} in two variants left out")
    return " · ".join(parts)


def _size(variant: dict) -> str:
    if variant["accounts"] is None:
        return f"{variant['variant']}: too few accounts to say"
    accounts, sessions = (counted(variant[f"{each}s"], each) for each in ("account", "session"))
    return f"{variant['variant']}: {accounts}, {sessions}"
