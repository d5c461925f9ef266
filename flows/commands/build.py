"""winnow build: the models alone, on synthetic landing or on a tier's real one."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier, check_tier
from flows.policy.wording import counted


def build(
    tier: Annotated[str, typer.Option(help="opt_in, default_tier or feedback")] = Tier.OPT_IN,
    select: Annotated[
        list[str] | None, typer.Option(help="a model, with what it is made from; may be repeated")
    ] = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="on synthetic landing, with the unit tests")
    ] = False,
) -> None:
    """Build and test the models; with --sample nobody needs real data."""
    from rich.console import Console

    from flows.orchestrator import redacted

    console = Console(highlight=False)
    with console.status("building the models"):
        nodes = redacted(_build)(check_tier(tier), select or [], sample)
    console.print(_table(nodes))
    models = sum(node.kind == "model" for node in nodes)
    tests = len(nodes) - models
    console.print(f"{counted(models, 'model')} and {counted(tests, 'test')}, all passed")


def _build(tier: Tier, select: list[str], sample: bool) -> list:
    from flows.settings import load_settings

    if sample:
        return _build_sample(tier, select, load_settings())
    if select:
        raise WinnowError(
            "a selection of models is no warehouse",
            remedy="add --sample, or leave --select away to build the tier's whole warehouse",
            exit_code=2,
        )
    return _build_real(tier, load_settings())


def _build_sample(tier: Tier, select: list[str], settings) -> list:
    from flows.adapters.declassified import Declassifier
    from flows.adapters.synthetic_landing import write_synthetic_landing
    from flows.adapters.warehouse import Warehouse

    project = settings.project_dir / "dbt"
    with TemporaryDirectory(prefix="winnow-sample-") as folder:
        home = Path(folder)
        write_synthetic_landing(home / "landing" / tier, settings.today)
        Declassifier(home, project, tier, settings.today).run()
        return Warehouse(home, project, tier, settings.today).build_sample(select)


def _build_real(tier: Tier, settings) -> list:
    from flows.adapters.locks import tier_lock
    from flows.adapters.warehouse import Warehouse

    warehouse = Warehouse(settings.home, settings.project_dir / "dbt", tier, settings.today)
    with tier_lock(settings.home, tier, settings.lock_seconds):
        nodes = warehouse.build()
        warehouse.write_candidates()
    return nodes


def _table(nodes: list):
    """One line a model: its tests of both kinds, and the seconds of all."""
    from rich.table import Table

    table = Table("model", "tests", "unit tests", "seconds", box=None)
    for model in (node for node in nodes if node.kind == "model"):
        own = [node for node in nodes if node.model == model.name]
        kinds = [node.kind for node in own]
        seconds = sum(node.seconds for node in own)
        table.add_row(
            model.name, str(kinds.count("test")), str(kinds.count("unit_test")), f"{seconds:.2f}"
        )
    return table
