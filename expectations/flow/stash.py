"""Copies of raw values in tables that nobody labelled.

check_query without public_columns takes a table that is not raw for a public one. A table that
was filled from raw before the check would then pass. This look is a net, not a proof: it compares
samples of stored values. With public_columns (as `winnow check` does it) no data is read at all.
"""

from __future__ import annotations

from dataclasses import replace

from expectations.flow import statements
from expectations.flow.verdicts import Reason, Verdict

_SAMPLE_ROWS = 200
_MIN_LENGTH = 8


def with_findings(verdict: Verdict, connection, sql: str, raw: set[tuple[str, str]]) -> Verdict:
    """Return the verdict, refused if the query reads a table that holds copies of raw values."""
    raw_tables = {table for table, _ in raw}
    try:
        scans = list(_scans(statements.plan(connection, sql)))
        unlabelled = {s for s in scans if s[2].lower() not in raw_tables}
        held = [s for s in sorted(unlabelled) if _is_suspect(connection, s, raw)]
    except Exception:
        held = [("", "", "of this query")]
    reasons = tuple(Reason("unlabelled_table", "", f"table {s[2]} is not labelled, and is "
                           "temporary or holds raw values") for s in held)  # fmt: skip
    return replace(verdict, reasons=verdict.reasons + reasons) if reasons else verdict


def _scans(node: dict):
    if node.get("name") == "seq_scan":
        data = node["function_data"]
        yield data["catalog"], data["schema"], data["table"]
    for child in node.get("children", ()):
        yield from _scans(child)


def _is_suspect(connection, scan: tuple[str, str, str], raw: set[tuple[str, str]]) -> bool:
    catalog = scan[0]
    if catalog == "temp":
        return True
    columns = connection.execute(
        "select table_name, column_name from duckdb_columns() where not internal"
    ).fetchall()
    known = {(t.lower(), c.lower()) for t, c in columns}
    mine = [c for t, c in columns if t == scan[2]]
    sources = [place for place in sorted(raw) if place in known]
    return any(_holds_copy(connection, scan, column, sources) for column in mine)


def _holds_copy(connection, scan, column: str, sources) -> bool:
    texts = " union all ".join(
        f"(select {_quoted(c)}::varchar as text from {_quoted(t)} limit {_SAMPLE_ROWS})"
        for t, c in sources
    )
    if not texts:
        return False
    table = ".".join(map(_quoted, scan))
    row = connection.execute(f"""
        with kept as (select {_quoted(column)}::varchar as text from {table} limit {_SAMPLE_ROWS}),
        raw as ({texts})
        select 1 from kept join raw on kept.text in (raw.text, md5(raw.text), sha256(raw.text),
            hash(raw.text)::varchar, reverse(raw.text), hex(encode(raw.text)),
            base64(encode(raw.text)))
            or contains(raw.text, kept.text) or contains(kept.text, raw.text)
        where length(kept.text) >= {_MIN_LENGTH} and length(raw.text) >= {_MIN_LENGTH} limit 1
    """).fetchone()
    return row is not None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
