"""A tier's landing as a pull leaves it, written row by row."""

from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from flows.adapters.declassified import Declassifier
from flows.adapters.warehouse import Warehouse
from flows.policy.schemas import ASSIGNMENTS, CONSENT, EVENTS, RAW, SURVIVAL

PROJECT = Path(__file__).resolve().parents[2] / "dbt"
TODAY = date(2026, 3, 31)
DAY = date(2026, 3, 30)

_ARROW = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "INTEGER": pa.int32(),
    "SMALLINT": pa.int16(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "DOUBLE": pa.float64(),
}


def key(name: str) -> str:
    """A key that a person can read back: a name, filled up to 32 hexadecimal digits."""
    return name.encode().hex().ljust(32, "0")


class Landing:
    """One tier's landing folder below `home`."""

    def __init__(self, home: Path, tier: str) -> None:
        self.home, self.tier = home, tier
        self.folder = home / "landing" / tier

    def events(self, shard: str, *events: dict) -> None:
        """Writes the events of one shard, a file a day; `text` goes to raw/."""
        rows = [self._event(number, event) for number, event in enumerate(events)]
        for day in {row["event_date"] for row in rows}:
            own = [row for row in rows if row["event_date"] == day]
            self._write(self.folder / "events" / f"date={day}" / f"{shard}.parquet", own, EVENTS)
            texts = [row | {"raw__text": row["text"]} for row in own if row.get("text")]
            self._write(self.folder / "raw" / f"date={day}" / f"{shard}.parquet", texts, RAW)

    def assignments(self, *rows: dict) -> None:
        self._write(self.folder / "assignments" / "current.parquet", rows, ASSIGNMENTS)

    def consent(self, **states: str) -> None:
        rows = [
            {"account_key": key(name), "state": state, "effective_at": datetime(2026, 3, 1)}
            for name, state in states.items()
        ]
        self._write(self.folder / "consent" / "current.parquet", rows, CONSENT)

    def survival(self, *rows: dict) -> None:
        self._write(self.folder / "survival" / f"{DAY}.parquet", rows, SURVIVAL)

    def declassify(self, project: Path = PROJECT, today: date = TODAY) -> dict:
        return Declassifier(self.home, project, self.tier, today).run()

    def warehouse(self, project: Path = PROJECT, today: date = TODAY) -> Warehouse:
        return Warehouse(self.home, project, self.tier, today)

    def declassified(self, model: str) -> list[tuple]:
        """(event name, value) of every row of a declassified model, sorted."""
        files = str(self.folder / "declassified" / model / "date=*" / "*.parquet")
        if not list(self.folder.glob(f"declassified/{model}/date=*/*.parquet")):
            return []
        rows = duckdb.sql(f"select * from read_parquet('{files}', hive_partitioning = false)")
        return sorted((name_of(row[0]), row[-1]) for row in rows.fetchall())

    def _event(self, number: int, event: dict) -> dict:
        at = event.get("at", datetime(2026, 3, 30, 9, number))
        filled = {
            "event": f"e{number}",
            "session": "s1",
            "account": "a1",
            "object": "o1",
            "session_date": at.date(),
            "event_at": at,
            "event_date": at.date(),
            "object_version": key("v1"),
            "block_ordinal": 0,
            "agent": "claude_code",
            "actor": "user",
            "kind": "prompt",
            "has_words": True,
            "is_sidechain": False,
        } | event
        keys = ("event", "session", "account", "object")
        filled |= {f"{name}_key": key(filled[name]) for name in keys}
        return {"message_key": filled["event_key"], "cluster_key": filled["account_key"]} | filled

    def _write(self, path: Path, rows, columns: dict[str, str]) -> None:
        schema = pa.schema([(name, _ARROW[kind]) for name, kind in columns.items()])
        table = pa.table({name: [row.get(name) for row in rows] for name in columns}, schema=schema)
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)


def name_of(value: str) -> str:
    return bytes.fromhex(value).rstrip(b"\0").decode()
