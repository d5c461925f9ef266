"""The versioned file of experiments and variants."""

from pathlib import Path

import yaml

import flows.policy

_FILE = Path(flows.policy.__file__).with_name("experiments.yml")


def load_experiments() -> dict[str, list[str]]:
    """experiment → its variants."""
    return yaml.safe_load(_FILE.read_text())
