"""What the project's SQL text may not say, before any of it is compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from expectations.files.findings import Finding
from expectations.files.layout import relative, text_files

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/|{#.*?#}", re.DOTALL)
_EXTERNAL = re.compile(
    r"""\b(read_\w+|glob|parquet_\w+|sniff_csv|query|query_table|getvariable|getenv|which_secret
    |duckdb_\w+|pragma_\w+|current_setting|iceberg_scan|delta_scan|sqlite_scan|postgres_scan
    |st_read)\s*\(|\b(httpfs|s3://|gs://|https?://)|\binformation_schema\b|\bsqlite_master\b
    |\bfrom\s+'""",
    re.IGNORECASE | re.VERBOSE,
)
_STATEMENT = re.compile(
    r"(?:^|;)\s*(attach|detach|copy|install|load|set|reset|pragma|create|insert|update|delete|drop"
    r"|alter|export|import|call|checkpoint|vacuum|prepare|execute|use|begin|commit)\b"
    r"|\b(copy\s*\(|attach\s+'|install\s+\w+|load\s+'|set\s+variable|into\s+outfile)",
    re.IGNORECASE,
)
_JINJA = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
_RAW = re.compile(r"\braw__|\bsource\(\s*['\"]raw['\"]", re.IGNORECASE)
# Where a raw column may be named: the room, and the declaration of the source.
_RAW_ROOMS = ("models/declassified/", "models/staging/raw.yml")


def check(project: Path) -> Iterator[Finding]:
    """Find external reads, statements that are no SELECT, and raw columns out of their room."""
    for path in text_files(project):
        place = relative(path, project)
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.suffix == ".sql":
            bare = _COMMENT.sub(" ", text)
            if _EXTERNAL.search(bare):
                yield Finding(place, "external", "a read from outside ref() and source()")
            if _STATEMENT.search(_JINJA.sub(" ", bare)):
                yield Finding(place, "statement", "a statement that is no SELECT")
        if path.suffix != ".md" and _RAW.search(text) and not place.startswith(_RAW_ROOMS):
            yield Finding(place, "raw_outside", "a raw column outside models/declassified/")
