"""The quality of what comes in: schema, freshness, volume, refused lines and `other`."""

from expectations.landing.quality import check_landing
from expectations.landing.report import Finding, PolicyError

__all__ = ["Finding", "PolicyError", "check_landing"]
