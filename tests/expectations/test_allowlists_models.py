"""The export models and the allowlists agree: same exports, same columns, order and types."""

from pathlib import Path

import pytest
import yaml

import expectations
from expectations.allowlist import load_allowlist

MODELS = Path(expectations.__file__).parent.parent / "dbt" / "models" / "exports"


@pytest.mark.parametrize("tier", ["opt_in", "default_tier"])
def test_an_export_model_has_the_columns_of_its_entry(tier):
    listed = {
        name: [(column.name, column.domain.type) for column in export.columns.values()]
        for name, export in load_allowlist(tier).exports.items()
    }
    assert listed == {path.stem: declared(path) for path in (MODELS / tier).glob("*.yml")}


def declared(path: Path) -> list[tuple[str, str]]:
    model = yaml.safe_load(path.read_text())["models"][0]
    return [(column["name"], column["data_type"]) for column in model["columns"]]
