"""What the dbt models promise, read from the properties beside them; dbt is not started."""

from pathlib import Path

import yaml


def contracts(project: Path, room: str) -> dict[str, dict[str, str]]:
    """model → column → type, of every model below models/<room>/."""
    return {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for model in _models(project, room)
    }


def _models(project: Path, room: str) -> list[dict]:
    paths = sorted((project / "models" / room).rglob("*.yml"))
    return [
        model for path in paths for model in yaml.safe_load(path.read_bytes()).get("models", [])
    ]
