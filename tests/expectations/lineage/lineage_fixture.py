"""The labelled schema that lineage tests run on: five raw columns, everything else public."""

from __future__ import annotations

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
