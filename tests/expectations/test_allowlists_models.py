"""The export models and the allowlists agree: same exports, same columns, order and types; or,
for a tier that leaves by a mechanism, columns that the mechanism can read."""

from pathlib import Path

import pytest
import yaml

import expectations
from expectations.allowlist import load_allowlist
from expectations.mechanisms import ACCOUNTS, SESSIONS

MODELS = Path(expectations.__file__).parent.parent / "dbt" / "models" / "exports"


def test_an_export_model_of_opt_in_has_the_columns_of_its_entry():
    listed = {
        name: [(column.name, column.domain.type) for column in export.columns.values()]
        for name, export in load_allowlist("opt_in").exports.items()
    }
    assert listed == {path.stem: declared(path) for path in (MODELS / "opt_in").glob("*.yml")}


@pytest.mark.parametrize("export", load_allowlist("default_tier").exports.values())
def test_a_mechanism_reads_columns_that_its_model_has(export):
    """The unit, the order of its sessions, their day, the keys, and what is counted."""
    mechanism = export.mechanism
    columns = dict(declared(MODELS / "default_tier" / f"{mechanism.source or export.name}.yml"))
    assert {"cluster_key", "session_key", "session_date", *export.keys} <= set(columns)
    for measure in mechanism.measures.values():
        if measure.clamp:
            assert columns[measure.of] in ("integer", "bigint")
        elif measure.of not in (ACCOUNTS, SESSIONS):
            assert columns[measure.of] == "boolean"
    for name, response in mechanism.responses.items():
        assert columns[response.of] == export.columns[name].domain.type


def declared(path: Path) -> list[tuple[str, str]]:
    model = yaml.safe_load(path.read_text())["models"][0]
    return [(column["name"], column["data_type"]) for column in model["columns"]]
