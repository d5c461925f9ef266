"""Process 2 of a tier: typed landing becomes the warehouse and the candidates for export."""

from collections import Counter

from flows.adapters.warehouse import Warehouse
from flows.orchestrator import flow
from flows.policy.tiers import check_tier
from flows.settings import load_settings


@flow
def build_signals(tier: str) -> dict:
    """Builds the warehouse afresh. Returns the signals' names and counts: models, tests, and the
    dates by export."""
    settings = load_settings()
    project = settings.project_dir / "dbt"
    warehouse = Warehouse(settings.home, project, check_tier(tier), settings.today)
    nodes = warehouse.build()
    kinds = Counter(node.kind for node in nodes)
    names = sorted(node.name for node in nodes if node.kind == "model")
    return {
        "signals": [name.rpartition("__")[2] for name in names if name.startswith("sig_")],
        "models": kinds["model"],
        "tests": kinds["test"],
        "candidates": warehouse.write_candidates(),
    }
