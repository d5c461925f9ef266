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
_MIN_LENGTH = 12
_TEXT_TYPES = frozenset({"VARCHAR", "BLOB", "UUID", "UBIGINT", "HUGEINT", "LIST", "STRUCT", "MAP"})


def with_findings(verdict: Verdict, connection, root: dict, raw: set) -> Verdict:
    """Return the verdict, refused if the plan reads a table that holds copies of raw values.

    raw: (table, column) pairs in lower case.
    """
    raw_tables = {table for table, _ in raw}
    scans = [
        s for s in statements.scans(root) if s["function_data"]["table"].lower() not in raw_tables
    ]
    if not scans:
        return verdict
    try:
        texts = _raw_texts(connection, raw)
        held = sorted({_name(s) for s in scans if _is_suspect(connection, s, texts)})
    except Exception:
        # What cannot be looked at is not vouched for.
        held = sorted({_name(s) for s in scans})
    reasons = tuple(
        Reason("unlabelled_table", "", f"table {name} is temporary or holds raw values")
        for name in held
    )
    return replace(verdict, reasons=verdict.reasons + reasons) if reasons else verdict


def _name(scan: dict) -> str:
    return scan["function_data"]["table"]


def _raw_texts(connection, raw: set) -> str:
    """Return SQL for a sample of the raw values, '' if there are none."""
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns() where not internal"
    ).fetchall()
    places = [(t, c) for t, c in rows if (t.lower(), c.lower()) in raw]
    return " union all ".join(
        f"(select {_quoted(column)}::varchar as text from {_quoted(table)} limit {_SAMPLE_ROWS})"
        for table, column in places
    )


def _is_suspect(connection, scan: dict, texts: str) -> bool:
    data = scan["function_data"]
    if data["catalog"] == "temp":
        return True
    types = zip(scan["names"], scan["returned_types"], strict=True)
    columns = [name for name, kind in types if kind["id"] in _TEXT_TYPES]
    if not columns or not texts:
        return False
    table = ".".join(_quoted(data[part]) for part in ("catalog", "schema", "table"))
    kept = ", ".join(f"{_quoted(column)}::varchar" for column in columns)
    found = connection.execute(f"""
        with kept as (
            select unnest(texts) as text
            from (select [{kept}] as texts from {table} limit {_SAMPLE_ROWS})
        ),
        raw as ({texts})
        select 1 from kept join raw
            on kept.text in (md5(raw.text), sha256(raw.text), hash(raw.text)::varchar,
                hex(encode(raw.text)), base64(encode(raw.text)), reverse(raw.text))
            -- A dictionary's words may well stand in a text, or be one.
            or contains(kept.text, ' ') and contains(raw.text, kept.text)
            or contains(kept.text, raw.text)
        where length(kept.text) >= {_MIN_LENGTH} and length(raw.text) >= {_MIN_LENGTH} limit 1
    """).fetchone()
    return found is not None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
