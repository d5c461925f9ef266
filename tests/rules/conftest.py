"""`refused` runs one rule on one candidate."""

import hashlib
import importlib
from datetime import date
from pathlib import Path

import pytest

from expectations.allowlist import load_allowlist
from expectations.candidate import Candidate

TODAY = date(2026, 3, 31)


@pytest.fixture
def day() -> date:
    return date(2026, 3, 30)


@pytest.fixture
def wide_turns(bench):
    """turn_count in steps of one up to 1000: 200 rows are enough to judge it."""
    bench.edit("opt_in", "maximum: 50, step: 5", "maximum: 1000")


@pytest.fixture
def allow_keyless(bench):
    bench.edit("default_tier", "keys: [model]", "keys: []")


@pytest.fixture
def record():
    """The record that a mechanism writes beside the cohorts it released."""

    def make(folder: Path) -> dict:
        files = {path.name: path.read_bytes() for path in folder.glob("*.parquet")}
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        return {
            "tier": "default_tier",
            "mechanism": "aggregate_dp",
            "epsilon": 1.0,
            "files": digests,
        }

    return make


@pytest.fixture
def refused(bench):
    """Calls `check` of the rule that the test's file is named after.

    Returns what it refuses as (column, count) pairs.
    """

    def call(rule: str, folder: Path, tier: str = "opt_in") -> list[tuple[str | None, int | None]]:
        module = importlib.import_module(f"expectations.rules.{rule}")
        candidate = Candidate(folder, load_allowlist(tier, bench.allowlists), TODAY)
        try:
            refusals = module.check(candidate)
        finally:
            candidate.close()
        assert all(refusal.rule == rule and refusal.remedy for refusal in refusals)
        return [(refusal.column, refusal.count) for refusal in refusals]

    return call
