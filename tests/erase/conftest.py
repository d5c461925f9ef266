"""A home with landed, built and released sessions of a few accounts, without the cost of dbt."""

import json
from datetime import date

import duckdb
import pytest

from expectations import second_opinion
from flows import erase_traces
from flows.adapters.keys import KeyRing
from flows.adapters.landing_views import files_of
from flows.adapters.warehouse import copy_statement
from flows.export_days import open_release
from flows.export_training import export_dates
from flows.policy.tiers import Tier
from flows.policy.windows import window_dates
from flows.record_contributions import record_contributions
from flows.settings import load_settings
from flows.verifier import accounts as verifier
from tests.conftest import Bench
from tests.flows.conftest import house, pull, unbind
from tests.flows.house import DAY, TODAY, House, prompt, reply

__all__ = ["house", "pull"]

SESSIONS = """
    select session_key, session_date, false as is_interrupted, 'opus' as model,
        5::integer as turn_count, null::double as survival_ratio
    from sessions where session_date = date '{day}'
"""


class Shop:
    """A house whose opt-in sessions are landed, built, released and booked."""

    def __init__(self, house: House, bench: Bench, pull, monkeypatch) -> None:
        self.house, self.bench, self.pull, self._patch = house, bench, pull, monkeypatch
        self.home = house.home

    def fresh(self) -> None:
        """Another process may take another tier."""
        unbind(self._patch)

    def session(self, account: str, name: str, *, at=f"{DAY}T09:00:00Z", tier="opt_in") -> None:
        day = date.fromisoformat(at[:10])
        records = [prompt(f"words of {account}", f"{name}-1", name, at),
                   reply(f"an answer to {account}", f"{name}-2", name, at)]  # fmt: skip
        self.house.write(*records, account=account, name=name, day=day, tier=tier)

    def run(self) -> dict:
        """Pull, build and release of the opt-in tier."""
        counts = self.pull()
        self.build()
        self.fresh()
        settings = load_settings()
        release = self.release(settings)
        summary = export_dates(release, window_dates(TODAY))
        record_contributions(settings, Tier.OPT_IN, summary["exports"])
        self.fresh()
        return counts | summary

    def release(self, settings):
        return open_release(
            self.home, Tier.OPT_IN, TODAY, settings.now, self.home, self.bench.allowlists
        )

    def build(self) -> None:
        """What the warehouse and the candidates hold of sessions, from what landed."""
        files = [str(path) for day in (self.home / "landing/opt_in/events").glob("date=*")
                 for path in files_of(day)]  # fmt: skip
        file = self.home / "warehouse" / "opt_in.duckdb"
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        for path in (self.home / "candidates/opt_in").rglob("*.parquet"):
            path.unlink()
        if not files:
            return
        with duckdb.connect(str(file)) as connection:
            connection.execute(
                "create table sessions as select session_key, min(session_date) as session_date, "
                "min(account_key) as account_key, min(cluster_key) as cluster_key "
                f"from read_parquet({files}) group by session_key"
            )
            connection.execute("create table totals as select count(*) as n from sessions")
            days = connection.execute("select distinct session_date from sessions").fetchall()
            for (day,) in days:
                folder = self.home / f"candidates/opt_in/training_sessions/date={day}"
                folder.mkdir(parents=True, exist_ok=True)
                connection.execute(
                    copy_statement(SESSIONS.format(day=day), folder / "part-0.parquet")
                )

    def manifest(self, day=DAY) -> dict:
        path = self.home / f"exports/opt_in/training_sessions/date={day}/manifest.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def rows(self, day=DAY) -> set[str]:
        folder = self.home / f"exports/opt_in/training_sessions/date={day}"
        with duckdb.connect() as connection:
            found = connection.execute(
                f"select session_key from read_parquet('{folder}/*.parquet')"
            ).fetchall()
        return {key for (key,) in found}

    def key_of(self, session: str, day=DAY, tier="opt_in") -> str:
        return KeyRing(self.home / "keys" / tier).epoch_key("session", session, day)

    def traces(self, account: str, sessions=(), tier="opt_in") -> set[str]:
        """Kinds of place that name the account or the sessions, by the verifier."""
        hashes = verifier.account_hashes(self.home / "keys" / tier, {account})
        values = hashes | {self.key_of(name, tier=tier) for name in sessions}
        found = verifier.traces(self.home, tier, values, {account})
        return {trace.kind for trace in found}


@pytest.fixture
def shop(house, tmp_path, pull, monkeypatch) -> Shop:
    """ada and ben agreed; ada has two sessions, ben one."""
    monkeypatch.setattr(second_opinion, "failed", lambda *_: [])
    bench = Bench(tmp_path / "bench")
    (house.home / "dbt").mkdir()
    shop = Shop(house, bench, pull, monkeypatch)
    monkeypatch.setattr(
        erase_traces, "open_release",
        lambda home, tier, today, now, _: shop.release(load_settings()),
    )  # fmt: skip
    for account in ("ada", "ben"):
        house.consent(account)
    for account, name in (("ada", "a1"), ("ada", "a2"), ("ben", "b1")):
        shop.session(account, name)
    shop.run()
    return shop
