"""What the project's .yml files declare: columns and types of sources and models."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from expectations import documents


@dataclass
class Contracts:
    """sources: {(schema, table): {column: type}}; models: {name: {column: type}};
    doors: {model: names of the doors that its `meta` lists}."""

    sources: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    models: dict[str, dict[str, str]] = field(default_factory=dict)
    doors: dict[str, tuple[str, ...]] = field(default_factory=dict)


def load_contracts(project: Path) -> Contracts:
    """Read every .yml below models/ of a dbt project; raises yaml.YAMLError for a broken one."""
    contracts = Contracts()
    for path in sorted((project / "models").rglob("*.y*ml")):
        document = documents.load(path.read_text(encoding="utf-8")) or {}
        for source in document.get("sources") or ():
            _add_source(contracts, source)
        for model in document.get("models") or ():
            contracts.models[model["name"]] = _columns(model)
            contracts.doors[model["name"]] = _doors(model)
    return contracts


def _add_source(contracts: Contracts, source: dict) -> None:
    schema = source.get("schema", source["name"])
    for table in source.get("tables") or ():
        place = (schema, table.get("identifier", table["name"]))
        contracts.sources[place] = _columns(table)


def _columns(entry: dict) -> dict[str, str]:
    """A column without a type is left out: it is then unlabelled, which is refused."""
    columns = entry.get("columns") or ()
    return {c["name"]: str(c["data_type"]) for c in columns if c.get("data_type")}


def _doors(model: dict) -> tuple[str, ...]:
    meta = {**(model.get("meta") or {}), **((model.get("config") or {}).get("meta") or {})}
    named = meta.get("doors") or meta.get("door") or ()
    return (named,) if isinstance(named, str) else tuple(named)
