"""The versioned file of endpoints that may receive text."""

from pathlib import Path

import yaml

import flows.policy
from flows.policy.endpoints import Endpoint, read_endpoints
from flows.policy.tiers import Tier

ENDPOINTS_FILE = Path(flows.policy.__file__).with_name("endpoints.yml")


def load_endpoints(path: Path | None = None) -> dict[Tier, list[Endpoint]]:
    """tier → what it may send to. Raises WinnowError for a file that is not understood."""
    text = (path or ENDPOINTS_FILE).read_text("utf-8")
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError:
        document = None
    return read_endpoints(document)
