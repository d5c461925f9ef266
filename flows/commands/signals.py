"""winnow signals: what is derived, from what grain, for whom, and how much it can say."""

import json
from pathlib import Path
from typing import Annotated

import typer

_WIDTH = 100


def signals(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
) -> None:
    """List: signal · grain · tiers it leaves for · bits."""
    from flows.settings import load_settings

    found = list_signals(load_settings().project_dir / "dbt")
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        _show(found)


def list_signals(project: Path) -> list[dict]:
    """`signal`, `grain`, `columns`, and `leaves_for`: tier → the most bits a row says of it.

    None stands for a mechanism's release, in which no column says anything about one session.
    """
    from expectations.allowlist import load_allowlist
    from flows.adapters.model_contracts import contracts
    from flows.policy.tiers import Tier

    listed = {tier: load_allowlist(tier).exports for tier in Tier}
    return [
        _listed(project, listed, name, [each for each in columns if not each.endswith("_key")])
        for name, columns in contracts(project, "signals").items()
    ]


def _listed(project: Path, listed: dict, name: str, columns: list[str]) -> dict:
    return {
        "signal": name,
        "grain": name.removeprefix("sig_").partition("__")[0],
        "columns": columns,
        "leaves_for": {
            str(tier): bits
            for tier, exports in listed.items()
            for bits in _bits(project, tier, exports, name, columns)
        },
    }


def _bits(project: Path, tier: str, exports, signal: str, columns) -> list[float | None]:
    """What the signal's columns say in an export whose model reads it; nothing where none does."""
    found = []
    for name, export in exports.items():
        model = project / "models" / "exports" / tier / f"{name}.sql"
        if not model.exists() or f"'{signal}'" not in model.read_text():
            continue
        own = [column.bits for column in export.columns.values() if column.name in columns]
        if export.mechanism.needs_record:
            found.append(None)
        elif own:
            found.append(round(sum(own), 2))
    return found[:1]


def _show(found: list[dict]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    # On a narrower terminal lines wrap: a name that is cut could not be looked up.
    console.width = max(console.width, _WIDTH)
    table = Table("signal", "grain", "leaves for", "bits", box=None, pad_edge=False)
    for signal in found:
        leaves = signal["leaves_for"]
        bits = ("by mechanism" if each is None else f"{each:.1f}" for each in leaves.values())
        table.add_row(
            signal["signal"], signal["grain"], ", ".join(leaves) or "–", ", ".join(bits) or "–"
        )
    console.print(table)
