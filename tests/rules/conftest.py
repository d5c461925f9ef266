"""`refused` runs one rule on one candidate."""

import hashlib
import importlib
from datetime import date
from pathlib import Path

import pytest

from expectations.allowlist import load_allowlist
from expectations.candidate import Candidate

TODAY = date(2026, 3, 31)

KEYLESS = """
tier: default_tier
policy_version: 3
owner: privacy
max_bits_per_session: 6
exports:
  training_sessions:
    grain: One row per account of a sample.
    keys: []
    partition: session_date
    mechanism:
      name: randomized_response
      window: {days: 7, settle_days: 1}
      sessions_per_account: 1
      epsilon: 4.0
      epsilon_per_window: 4.0
      rows: 4
      epsilon_of_count: 0.1
      responses: {model: {of: model, truth: 0.6}, is_x: {of: is_x, truth: 0.75}}
    columns:
      session_date: {domain: date}
      model: {domain: enum, values: [opus, sonnet, other]}
      is_x: {domain: bool}
"""
VALUES = "('opus', true), ('other', false), ('other', true), ('sonnet', true)"


@pytest.fixture
def day() -> date:
    return date(2026, 3, 30)


@pytest.fixture
def wide_turns(bench):
    """turn_count in steps of one up to 1000: 200 rows are enough to judge it."""
    bench.edit("opt_in", "maximum: 50, step: 5", "maximum: 1000")


@pytest.fixture
def answers(bench):
    """Writes rows without a key, as randomised response releases them; `order` is SQL."""
    bench.allow("default_tier", KEYLESS)

    def write(order: str, values: str = VALUES) -> Path:
        sql = (
            f"select date '2026-03-18' as session_date, * from (values {values}) as t (model, is_x)"
        )
        day = date(2026, 3, 18)
        return bench.write(f"{sql} order by {order}", "default_tier", "training_sessions", day)

    return write


@pytest.fixture
def record():
    """The record that a mechanism writes beside the cohorts it released."""

    def make(folder: Path) -> dict:
        files = {path.name: path.read_bytes() for path in folder.glob("*.parquet")}
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        count = {"of": "accounts", "clamp": None, "scale": 1.0, "epsilon": 1.0}
        return {
            "tier": "default_tier",
            "mechanism": "aggregate_dp",
            "unit": "account",
            "sessions_per_account": 5,
            "window": {"first": "2026-03-30", "last": "2026-03-30", "days": 1},
            "drawn_on": "2026-03-31",
            "noise": "discrete_laplace",
            "public_keys": [{"model": ["opus", "other", "sonnet"]}],
            "measures": {"account_count": count},
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
