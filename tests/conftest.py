"""Candidates as the build writes them, under an allowlist small enough to read."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

TODAY = date(2026, 3, 31)
DAY = date(2026, 3, 30)

OPT_IN = """
tier: opt_in
policy_version: 3
owner: privacy
max_bits_per_session: 40
vocabularies:
  model: [opus, sonnet, other]
exports:
  training_sessions:
    grain: One row per session.
    keys: [session_key]
    partition: session_date
    mechanism: {name: none}
    columns:
      session_key: {domain: keyed_hash}
      session_date: {domain: date}
      is_interrupted: {domain: bool, nullable: true}
      model: {domain: enum, vocabulary: model}
      turn_count: {domain: integer, minimum: 0, maximum: 50, step: 5}
      survival_ratio: {domain: ratio, step: 0.01, nullable: true}
"""

DEFAULT_TIER = """
tier: default_tier
policy_version: 3
owner: privacy
max_bits_per_session: 2
vocabularies:
  model: [opus, sonnet, other]
exports:
  training_cohorts:
    grain: One row per model.
    keys: [model]
    partition: session_date
    minimum_accounts: {column: account_count, at_least: 10}
    mechanism:
      name: aggregate_dp
      window: {days: 1, settle_days: 0}
      sessions_per_account: 5
      epsilon: 1.0
      epsilon_per_window: 1.0
      public_keys: [{model: [opus, other, sonnet]}]
      measures: {account_count: {of: accounts}}
    columns:
      session_date: {domain: date}
      model: {domain: enum, vocabulary: model}
      account_count: {domain: integer, minimum: 0, maximum: 1000}
      account_count_standard_error: {domain: integer, minimum: 1, maximum: 1000}
"""

FEEDBACK = """
tier: feedback
policy_version: 3
owner: privacy
max_bits_per_session: 0
exports: {}
"""

SESSIONS = """
    select
        md5(i::varchar) as session_key,
        date '{day}' as session_date,
        case i % 3 when 0 then true when 1 then false end as is_interrupted,
        case i % 3 when 0 then 'opus' when 1 then 'sonnet' else 'other' end as model,
        (i % 11 * 5)::integer as turn_count,
        case when i % 4 > 0 then (i % 101)::double / 100 end as survival_ratio
    from range({rows}) as t (i)
"""

COHORTS = """
    select date '{day}' as session_date, model, (10 + i)::integer as account_count,
        2::integer as account_count_standard_error
    from (values ('opus', 1), ('other', 2), ('sonnet', 3)) as t (model, i)
"""


class Bench:
    """A home with candidates of two exports, and the allowlists that they are judged by."""

    today = TODAY

    def __init__(self, root: Path) -> None:
        self.home = root / "home"
        self.allowlists = root / "allowlists"
        self.allowlists.mkdir(parents=True)
        self.allow("opt_in", OPT_IN)
        self.allow("default_tier", DEFAULT_TIER)
        self.allow("feedback", FEEDBACK)

    def allow(self, tier: str, text: str) -> None:
        (self.allowlists / f"{tier}.yml").write_text(text)

    def text(self, tier: str) -> str:
        return (self.allowlists / f"{tier}.yml").read_text()

    def edit(self, tier: str, old: str, new: str) -> None:
        assert old in self.text(tier)
        self.allow(tier, self.text(tier).replace(old, new))

    def sessions(self, change="select * from sessions", *, rows=40, day=DAY, **options) -> Path:
        """A candidate of training_sessions; `change` is SQL over the clean rows `sessions`."""
        sql = f"with sessions as ({SESSIONS.format(day=day, rows=rows)}) {change}"
        order = options.pop("order", " order by session_key")
        return self.write(f"{sql}{order}", "opt_in", "training_sessions", day, **options)

    def cohorts(self, change="select * from cohorts", *, day=DAY, **options) -> Path:
        sql = f"with cohorts as ({COHORTS.format(day=day)}) {change} order by model"
        return self.write(sql, "default_tier", "training_cohorts", day, **options)

    def write(self, sql, tier, export, day, *, name="part-0.parquet", copy="") -> Path:
        folder = self.home / "candidates" / tier / export / f"date={day}"
        folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(f"copy ({sql}) to '{folder / name}' (format parquet{copy})")
        return folder


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench(tmp_path)
