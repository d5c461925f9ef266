"""A warehouse with exact sessions of the default tier, and a small policy to release them by."""

from datetime import date, timedelta
from pathlib import Path

import duckdb

MONDAY = date(2026, 3, 2)
TODAY = date(2026, 3, 12)  # three weeks are closed, and kept whole

POLICY = """
tier: default_tier
policy_version: 1
owner: privacy
max_bits_per_session: 12
vocabularies:
  variant: [none, control, treatment]
  model_family: [opus, other]
exports:
  training_cohorts:
    grain: One row per window, variant and model family.
    keys: [variant, model_family]
    partition: window_start_date
    minimum_accounts: {column: account_count, at_least: 10}
    mechanism:
      name: aggregate_dp
      window: {days: 7, settle_days: 1}
      sessions_per_account: 2
      epsilon: 1.0
      epsilon_per_window: 2.0
      public_keys: [{variant: [none, control, treatment], model_family: [opus, other]}]
      measures:
        account_count: {of: accounts}
        session_count: {of: sessions, weight: 2}
        interrupted_session_count: {of: is_interrupted}
        turn_count: {of: turn_count, clamp: [0, 50]}
    columns:
      window_start_date: {domain: date}
      variant: {domain: enum, vocabulary: variant}
      model_family: {domain: enum, vocabulary: model_family}
      account_count: {domain: integer, minimum: 10, maximum: 1000000, nullable: true}
      account_count_standard_error: {domain: integer, minimum: 1, maximum: 1000000}
      session_count: {domain: integer, minimum: -100000, maximum: 1000000, nullable: true}
      session_count_standard_error: {domain: integer, minimum: 1, maximum: 1000000}
      interrupted_session_count:
        {domain: integer, minimum: -100000, maximum: 1000000, nullable: true}
      interrupted_session_count_standard_error: {domain: integer, minimum: 1, maximum: 1000000}
      turn_count: {domain: integer, minimum: -100000, maximum: 1000000, nullable: true}
      turn_count_standard_error: {domain: integer, minimum: 1, maximum: 1000000}
  training_sessions:
    grain: One row per account of a sample.
    keys: []
    partition: window_start_date
    mechanism:
      name: randomized_response
      enabled: false
      source: training_cohorts
      window: {days: 7, settle_days: 1}
      sessions_per_account: 1
      epsilon: 2.0
      epsilon_per_window: 4.0
      rows: 30
      epsilon_of_count: 0.1
      responses:
        variant: {of: variant, truth: 0.5}
        is_interrupted: {of: is_interrupted, truth: 0.75}
    columns:
      window_start_date: {domain: date}
      variant: {domain: enum, vocabulary: variant}
      is_interrupted: {domain: bool}
"""

TABLE = """
create or replace table training_cohorts (
    session_key varchar, session_date date, cluster_key varchar, variant varchar,
    model_family varchar, is_interrupted boolean, turn_count integer)
"""
_MANY = """
insert into training_cohorts
select
    md5('session' || i || '-' || j), date '{day}', md5('account' || i),
    case i % 2 when 0 then 'control' else 'treatment' end, 'opus', (i + j) % 4 = 0, 5
from range({accounts}) as a (i), range({sessions}) as s (j)
"""


class Exact:
    """WINNOW_HOME of the default tier, as its build leaves it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.file = home / "warehouse" / "default_tier.duckdb"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self._run(TABLE)

    def add(self, *rows: tuple) -> None:
        """Rows (session_key, session_date, cluster_key, variant, model_family, is_interrupted,
        turn_count)."""
        with duckdb.connect(self.file) as connection:
            connection.executemany("insert into training_cohorts values (?,?,?,?,?,?,?)", rows)

    def fill(self, accounts: int, sessions: int = 1, day: date = MONDAY) -> None:
        self._run(_MANY.format(accounts=accounts, sessions=sessions, day=day))

    def forget(self, account: str) -> None:
        self._run(f"delete from training_cohorts where cluster_key = md5('{account}')")

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(self.file, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def _run(self, sql: str) -> None:
        with duckdb.connect(self.file) as connection:
            connection.execute(sql)


def session(number: int, account: str, **fields) -> tuple:
    row = {
        "session_key": f"{number:032x}",
        "session_date": MONDAY + timedelta(days=number % 7),
        "cluster_key": account,
        "variant": "control",
        "model_family": "opus",
        "is_interrupted": False,
        "turn_count": 3,
    }
    return tuple((row | fields).values())
