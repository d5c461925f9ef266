"""What is left of accounts: every place that names one, or one of its sessions.

Keys are read from the key files and hashed here (HMAC-SHA256 over `<kind>\\0<id>`, 32 hex digits),
so that a mistake in winnow's own hashing is not repeated. Parquet and DuckDB are searched by their
key columns, other files by every run of 32 hex digits in them, sources by their paths.
"""

import hmac
import json
import re
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from flows.verifier.streams import format_of

_HASH = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_ZONES = ("landing", "candidates", "exports", "state")
# What says that something was erased has to name it.
_RECORDS_OF_ERASURE = ("tombstones", "erased", "erasing")
_KEYS_OF_SESSIONS = ("session_key", "account_key", "cluster_key", "event_key", "account_hash")


class Trace(NamedTuple):
    """A place that names an account or a session; `reference` is never reported."""

    kind: str
    reference: str


def account_hashes(keys: Path, account_ids: Collection[str]) -> set[str]:
    """The accounts under every key that is left in a tier's key folder."""
    return {
        hmac.digest(path.read_bytes(), f"account\0{account}".encode(), "sha256").hex()[:32]
        for path in sorted(keys.glob("*.key"))
        for account in account_ids
    }


def sessions_of(home: Path, tier: str, hashes: Collection[str]) -> set[str]:
    """Keys of the accounts' sessions, from every table that names both."""
    return {
        session
        for path in _tier_files(home, tier)
        for names, rows in _tables(path)
        for row in rows
        if "session_key" in names and not hashes.isdisjoint(row)
        for session in [row[names.index("session_key")]]
    }


def traces(home: Path, tier: str, values: Collection[str], ids: Collection[str]) -> list[Trace]:
    """Places of the tier below `home` that hold one of the hashes, or an account's own id."""
    wanted = frozenset(values)
    names = [re.compile(rb'[/"]' + re.escape(name.encode()) + rb'[/"]') for name in ids]
    return [
        Trace(_kind(home, tier, path), str(path.relative_to(home)))
        for path in _tier_files(home, tier)
        if _names_any(path, wanted, names)
    ]


def source_traces(root: Path, ids: Collection[str]) -> list[Trace]:
    """Files below the accounts' folders of a source folder."""
    found = (path for path in (root / "sessions").glob("*/*/*") if path.parent.name in ids)
    return [Trace("source/sessions", str(path.relative_to(root))) for path in sorted(found)]


def bucket_traces(client, bucket: str, prefix: str, ids: Collection[str]) -> list[Trace]:
    """Versions, delete markers and open uploads below the accounts' prefixes."""
    from flows.verifier.buckets import listed

    root = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    calls = [
        (client.list_object_versions, "Versions"),
        (client.list_object_versions, "DeleteMarkers"),
        (client.list_multipart_uploads, "Uploads"),
    ]
    return [
        Trace("source/sessions", item["Key"])
        for call, field in calls
        for item in listed(call, bucket, f"{root}sessions/", field)
        if item["Key"][len(root) :].split("/")[2] in ids
    ]


def _tier_files(home: Path, tier: str) -> Iterator[Path]:
    for zone in _ZONES:
        for path in sorted((home / zone / tier).rglob("*")):
            folder = path.relative_to(home / zone / tier).parts[0]
            if path.is_file() and not (zone == "state" and folder in _RECORDS_OF_ERASURE):
                yield path
    yield from sorted(
        path
        for path in (home / "warehouse").glob(f"*{tier}.duckdb*")
        if path.is_file() and path.name.lstrip(".").startswith(f"{tier}.")
    )


def _kind(home: Path, tier: str, path: Path) -> str:
    zone, *parts = path.relative_to(home).parts
    inner = parts[1:] if parts[0] == tier else []
    return f"{zone}/{inner[0]}" if zone in ("landing", "state") and len(inner) > 1 else zone


def _names_any(path: Path, wanted: frozenset[str], names: list[re.Pattern]) -> bool:
    if _format(path) in ("parquet", "duckdb"):
        return any(not wanted.isdisjoint(row) for _, rows in _tables(path) for row in rows)
    content = _without_erased(path)
    found = {run.decode() for run in _HASH.findall(content)}
    return not wanted.isdisjoint(found) or any(name.search(content) for name in names)


def _without_erased(path: Path) -> bytes:
    """A manifest's own list of what was erased is meant to be there."""
    content = path.read_bytes()
    try:
        document = json.loads(content)
    except ValueError:
        return content
    if isinstance(document, dict):
        document.pop("erased_session_keys", None)
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _format(path: Path) -> str:
    with path.open("rb") as file:
        return format_of(file.read(16))


def _tables(path: Path) -> Iterator[tuple[list[str], Iterator[tuple]]]:
    """Key columns by name and their rows, of every table in a Parquet or DuckDB file."""
    kind = _format(path)
    if kind == "parquet":
        yield _parquet_keys(path)
    if kind == "duckdb":
        yield from _duckdb_keys(path)


def _parquet_keys(path: Path) -> tuple[list[str], Iterator[tuple]]:
    import pyarrow.parquet as pq

    names = [name for name in pq.read_schema(path).names if name in _KEYS_OF_SESSIONS]
    columns = pq.read_table(path, columns=names)
    return names, zip(*(columns[name].to_pylist() for name in names), strict=True)


def _duckdb_keys(path: Path) -> Iterator[tuple[list[str], Iterator[tuple]]]:
    import duckdb

    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        columns = connection.execute(
            "SELECT schema_name, table_name, list(column_name) FROM duckdb_columns() "
            "JOIN duckdb_tables() USING (database_name, schema_name, table_name) "
            "WHERE NOT duckdb_tables.internal AND list_contains(?, column_name) GROUP BY ALL",
            [list(_KEYS_OF_SESSIONS)],
        ).fetchall()
        for schema, table, names in columns:
            listed = ", ".join(f'"{name}"' for name in names)
            rows = connection.execute(f'SELECT DISTINCT {listed} FROM "{schema}"."{table}"')
            yield names, iter(rows.fetchall())
