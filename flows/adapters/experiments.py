"""The versioned file of experiments and variants."""

from pathlib import Path

import yaml

import flows.policy

EXPERIMENTS_FILE = Path(flows.policy.__file__).with_name("experiments.yml")


def load_experiments() -> dict[str, list[str]]:
    """experiment → its variants."""
    return yaml.safe_load(EXPERIMENTS_FILE.read_text())
