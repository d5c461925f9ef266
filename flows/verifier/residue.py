"""Looking for values that should be gone: planted canaries, what an erased account said.

Searching bytes proves nothing under compression, so every layer is undone first: Parquet, DuckDB,
SQLite, gzip, zstd, base64, backslash escapes, each in the other. Files are held whole in memory.
"""

import base64
import binascii
import gzip
import io
import json
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from flows.verifier.streams import format_of, head_of, uncompressed

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
# JSON's, which Python, SQL and logs share; wherever they stand, not only in lines of JSON.
_ESCAPES = re.compile(rb"(?:\\u[0-9a-fA-F]{4})+|\\(.)", re.DOTALL)
_CONTROLS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f"}
_MAX_DEPTH = 4


def files_with_any(root: Path, values: Iterable[str]) -> list[Path]:
    """Files below `root` (or `root` itself) that hold one of the values, in their bytes or in any
    layer of them."""
    wanted = [value.encode("utf-8", "surrogatepass") for value in values]
    paths = [root] if root.is_file() else sorted(each for each in root.rglob("*") if each.is_file())
    return [path for path in paths if _holds(path, wanted)]


def _holds(path: Path, wanted: list[bytes]) -> bool:
    return any(value in layer for layer in layers_of_file(path) for value in wanted)


def layers_of_file(path: Path) -> Iterator[bytes]:
    """The file's bytes, what its container holds, and every layer below."""
    data = path.read_bytes()
    kind = format_of(data[:16])
    containers = {"parquet": _parquet_values, "duckdb": _duckdb_values, "sqlite": _sqlite_values}
    yield from _layers(data)
    if kind in containers:
        yield from (layer for value in containers[kind](path) for layer in _layers(value))


def _layers(data: bytes, depth: int = 0) -> Iterator[bytes]:
    yield data
    if depth == _MAX_DEPTH:
        return
    for inner in (*_decompressed(data), *_unescaped(data), *_from_base64(data)):
        yield from _layers(inner, depth + 1)


def _decompressed(data: bytes) -> Iterator[bytes]:
    file = io.BufferedReader(io.BytesIO(data))
    if not head_of(file).startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
        return
    import zstandard

    try:
        yield uncompressed(file).read()
    except (OSError, EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError):
        return


def _unescaped(data: bytes) -> Iterator[bytes]:
    if b"\\" in data:
        yield _ESCAPES.sub(_unescape, data)


def _unescape(match: re.Match) -> bytes:
    """Of `\\n` a line's end, of `\\u0041` its letter, of any other `\\x` the `x`."""
    if match[1] is None:
        return json.loads(b'"%s"' % match[0]).encode("utf-8", "surrogatepass")
    return _CONTROLS.get(match[1], match[1])


def _from_base64(data: bytes) -> Iterator[bytes]:
    for run in _BASE64.findall(data):
        body = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        try:
            yield base64.b64decode(body + b"=" * (-len(body) % 4))
        except binascii.Error:
            continue


def _parquet_values(path: Path) -> Iterator[bytes]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches():
            yield from _texts(value for column in batch.columns for value in column.to_pylist())


def _duckdb_values(path: Path) -> Iterator[bytes]:
    import duckdb

    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()")
        for schema, table in tables.fetchall():
            rows = connection.execute(f'SELECT * FROM "{schema}"."{table}"').fetchall()
            yield from _texts(value for row in rows for value in row)


def _sqlite_values(path: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"')
            yield from _texts(value for row in rows for value in row)


def _texts(values: Iterable[object]) -> Iterator[bytes]:
    for value in values:
        if isinstance(value, bytes):
            yield value
        elif value is not None:
            yield str(value).encode("utf-8", "surrogatepass")
