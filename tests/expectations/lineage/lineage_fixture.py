"""The labelled schema that lineage tests run on: five raw columns, everything else public."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

RAW_COLUMNS = {
    ("chats", "question"),
    ("chats", "answer"),
    ("chats", "patch"),
    ("chats", "payload"),
    ("chats", "messages"),
}

SCHEMA = """
create table chats (
    chat_id varchar, account_id varchar, plan varchar, variant varchar, outcome varchar,
    opened_at timestamp, closed_at timestamp, turn_count integer, tool_count integer,
    cost_usd double, is_error boolean, model_family varchar, client_version varchar,
    question varchar, answer varchar, patch varchar, payload json,
    messages struct(speaker varchar, body varchar)[]
);
create table events (event_id bigint, account_id varchar, kind varchar, happened_at timestamp);
create table labels (
    chat_id varchar, tags varchar[], durations integer[],
    steps struct(kind varchar, seconds integer)[], settings json
);
create table prices (kind varchar, price_usd double, valid_from timestamp, valid_to timestamp);
create table teams (team_id integer, parent_id integer, team_name varchar);
create table limits (kind varchar, plan varchar, threshold integer);
create table lexicon (word_id integer, word varchar, weight double);
create view chats_by_plan as select plan, count(*) as chat_count from chats group by plan;
create macro is_heavy(turns) as turns > 20;
create macro plan_sizes(least_count) as table
    select * from (select plan, count(*) as n from chats group by plan) where n >= least_count;
"""


def connect() -> duckdb.DuckDBPyConnection:
    """Return an in-memory database with the schema, empty."""
    connection = duckdb.connect()
    connection.execute(SCHEMA)
    return connection


def blocks(name: str, marker: str) -> dict[str, str]:
    """Return {title: text} of the blocks of an SQL file beside this one."""
    text = (Path(__file__).parent / name).read_text()
    parts = text.split(f"\n-- @{marker} ")[1:]
    return {part.split("\n", 1)[0].strip(): part.split("\n", 1)[1].strip() for part in parts}


@dataclass(frozen=True)
class Attack:
    """A case of attacks.sql: what its columns claim to be, statements before it, the query."""

    name: str
    claims: dict[str, str]
    setup: tuple[str, ...]
    sql: str


def attacks() -> list[Attack]:
    """Return the cases of attacks.sql."""
    return [_attack(name, text) for name, text in blocks("attacks.sql", "attack").items()]


def _attack(name: str, text: str) -> Attack:
    notes = [line[3:] for line in text.splitlines() if line.startswith("-- ")]
    claims = " ".join(n.removeprefix("claims: ") for n in notes if not n.startswith("setup: "))
    setup = tuple(n.removeprefix("setup: ") for n in notes if n.startswith("setup: "))
    sql = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    pairs = (claim.split(":", 1) for claim in claims.replace(",", " ").split() if ":" in claim)
    return Attack(name, dict(pairs), setup, sql.strip().rstrip(";"))


def benign() -> dict[str, str]:
    """Return {name: query} of benign.sql."""
    return {name: sql.rstrip(";") for name, sql in blocks("benign.sql", "model").items()}


def fill(connection, text) -> None:
    """Insert the same typed rows whatever `text` is: text(i) gives raw values, or None."""
    rows = ", ".join(_row(i, text) for i in range(12))
    connection.execute(f"insert into chats values {rows}")
    words = enumerate(("ask", "bug", "cat", "hello", "rotate", "zeal"))
    connection.execute(
        "insert into lexicon values " + ", ".join(f"({i}, '{w}', {i / 8})" for i, w in words)
    )


def _row(i: int, text) -> str:
    """Return the values of one chat as SQL: bound parameters would take DuckDB ten times longer."""
    raw = [text(i), text(i + 1), text(i + 2)]
    document = None if raw[0] is None else json.dumps({"tool": {"name": raw[0]}, raw[0]: 1})
    body = f"{{'speaker': {_sql(raw[2])}, 'body': {_sql(raw[1])}}}"
    messages = "null" if raw[1] is None else f"[{', '.join([body] * (1 + i % 2))}]"
    return f"""('{i:032x}', '{i % 4:032x}', '{"free" if i % 2 else "pro"}', 'control', 'success',
        '2026-10-{1 + i:02d} 10:00', '2026-10-{1 + i:02d} 11:00', {i}, {i % 3}, 0.25,
        {i % 5 == 0}, 'opus', '1.2.3', {", ".join(map(_sql, [*raw, document]))}, {messages})"""


def _sql(text: str | None) -> str:
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


TWIN_TEXTS = {
    "random one": lambda i: f"please {['rm', 'kubernetes', 'password'][i % 3]} {chr(97 + i)} {i}",
    "random two": lambda i: f"{chr(122 - i)} rotate, then hello@example.org {i * 7} secret",
    "constant": lambda i: "hello",
    "null": lambda i: None,
    "colliding": lambda i: ("ask", "bug")[i % 2],
}


@cache
def shared_twin(name: str) -> duckdb.DuckDBPyConnection:
    """Return the twin that all cases without statements of their own share."""
    return twin(name)


def twin(name: str) -> duckdb.DuckDBPyConnection:
    """Return a database with the twin's raw text and the typed data that all twins share."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(SCHEMA)
    fill(connection, TWIN_TEXTS[name])
    return connection
