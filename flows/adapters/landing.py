"""Landing's Parquet shards: written by batches of objects, cut by the events' UTC day.

A shard is one batch's rows, a file a day under `events/` and `raw/`. Rows of an object that came
again in a later version are taken out of the older shard.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from itertools import compress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.adapters.files import whole
from flows.policy.errors import WinnowError
from flows.policy.landing import land_anew
from flows.policy.schemas import EVENTS, RAW

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
_FLUSH_ROWS = 16384
_ENUMS = ["agent", "actor", "kind", "tool_kind", "model_family", "session_key", "account_key"]


def arrow_schema(columns: dict[str, str]) -> pa.Schema:
    return pa.schema([(name, _ARROW[kind]) for name, kind in columns.items()])


EVENTS_SCHEMA, RAW_SCHEMA = arrow_schema(EVENTS), arrow_schema(RAW)
# What a shard is written from: an event's columns, and then those that stand in raw/ only.
ROW = EVENTS | {name: kind for name, kind in RAW.items() if name not in EVENTS}
_DATE = list(ROW).index("event_date")
_RAW = [list(ROW).index(name) for name in RAW]
_TEXTS = [list(ROW).index(name) for name in ("raw__text", "raw__tool_input", "raw__path")]


def day_folder(landing: Path, dataset: str, day: date | str) -> Path:
    return landing / dataset / f"date={day}"


class ShardWriter:
    """Writes one shard: `add(columns, characters)` as often as there are rows.

    Memory is bounded: rows are flushed by number and by characters of text. Files carry their
    final names only when the block has ended well.
    """

    def __init__(self, landing: Path, name: str, *, flush_characters: int = 8 << 20) -> None:
        self.landing, self.name, self.flush_characters = landing, name, flush_characters
        self._columns: list[list] = [[] for _ in ROW]
        self._characters = 0
        self._stack = ExitStack()
        self._writers: dict[tuple[str, date], pq.ParquetWriter] = {}

    def __enter__(self) -> "ShardWriter":
        return self

    def __exit__(self, *failure) -> None:
        if failure[0] is None:
            self.flush()
        self._close_writers()
        self._stack.__exit__(*failure)

    def add(self, columns: Sequence[Sequence], characters: int) -> None:
        """Rows as the columns of ROW; they hold about so many characters of text."""
        for held, more in zip(self._columns, columns, strict=True):
            held.extend(more)
        self._characters += characters
        if self._characters > self.flush_characters or len(self._columns[0]) >= _FLUSH_ROWS:
            self.flush()

    def flush(self) -> None:
        for day, columns in _by_day(self._columns):
            self._write("events", day, columns[: len(EVENTS)], EVENTS_SCHEMA)
            self._write("raw", day, _with_text(columns), RAW_SCHEMA)
        for column in self._columns:
            column.clear()
        self._characters = 0

    def _write(self, dataset: str, day: date, columns: list[list], schema: pa.Schema) -> None:
        if columns[0]:
            self._writer(dataset, day, schema).write_table(pa.table(columns, schema=schema))

    def _writer(self, dataset: str, day: date, schema: pa.Schema) -> pq.ParquetWriter:
        if (dataset, day) not in self._writers:
            path = day_folder(self.landing, dataset, day) / f"{self.name}.parquet"
            draft = self._stack.enter_context(whole(path))
            self._writers[dataset, day] = _parquet_writer(draft, dataset, schema)
        return self._writers[dataset, day]

    def _close_writers(self) -> None:
        for writer in self._writers.values():
            writer.close()


def _by_day(columns: list[list]) -> Iterator[tuple[date, list[list]]]:
    # Cut here and not by Arrow: its compute functions alone cost 0.05 CPU-s a process to import.
    days = list(set(columns[_DATE]))
    for day, named in zip(days, pa.array(days, pa.date32()).to_pylist(), strict=True):
        if len(days) == 1:
            yield named, columns
            return
        of_day = [found == day for found in columns[_DATE]]
        yield named, [list(compress(column, of_day)) for column in columns]


def _with_text(columns: list[list]) -> list[list]:
    """The columns of raw/, of the rows that have any text."""
    texts = zip(*(columns[position] for position in _TEXTS), strict=True)
    has_text = [text or tool_input or path for text, tool_input, path in texts]
    return [list(compress(columns[position], has_text)) for position in _RAW]


def _parquet_writer(path: Path, dataset: str, schema: pa.Schema) -> pq.ParquetWriter:
    """Raw columns carry no statistics: footers would repeat the least and the greatest text."""
    if dataset == "raw":
        return pq.ParquetWriter(
            path, schema, compression="zstd", compression_level=1,
            use_dictionary=["session_key"], write_statistics=False,
        )  # fmt: skip
    return pq.ParquetWriter(
        path, schema, compression="zstd", compression_level=1,
        use_dictionary=_ENUMS, write_statistics=["session_date", "event_date"],
    )  # fmt: skip


def drop_objects(landing: Path, shard: str, objects: list[str]) -> None:
    """Takes the objects' rows out of every file of a shard; an emptied file goes.

    Text goes first: what is left of `raw/` is what `events/` will still name.
    """
    import pyarrow.compute as pc

    gone = pa.array(objects, pa.string())
    for path in sorted((landing / "events").glob(f"date=*/{shard}.parquet")):
        events = _read(path)
        kept = events.filter(pc.invert(pc.is_in(events["object_key"], value_set=gone)))
        raw = landing / "raw" / path.parent.name / path.name
        if raw.exists():
            _filter_raw(raw, kept["event_key"])
        _rewrite(path, kept, "events")


def drop_shards_except(landing: Path, known: Iterable[str]) -> int:
    """Removes the files of shards that no index names: left by a run that was killed."""
    names = {f"{shard}.parquet" for shard in known}
    orphans = [
        path
        for dataset in ("raw", "events")
        for path in (landing / dataset).glob("date=*/*.parquet")
        if path.name not in names
    ]
    for path in orphans:
        path.unlink()
    return len(orphans)


def broken_shards(paths: Iterable[Path]) -> list[Path]:
    """Those that cannot be read from end to end; a batch is in memory at a time."""
    return [path for path in paths if not _is_readable(path)]


def broken_shard(path: Path) -> WinnowError:
    """Says which file of landing cannot be read, and how to land it anew."""
    tier, dataset, day = path.parts[-4:-1]
    return WinnowError(
        f"landing/{tier}/{dataset}/{day}/{path.name} cannot be read: it is no whole Parquet file",
        remedy=land_anew(tier),
    )


def _is_readable(path: Path) -> bool:
    try:
        with pq.ParquetFile(path) as file:
            for _ in file.iter_batches():
                pass
    except (pa.ArrowException, OSError):
        return False
    return True


def _read(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except (pa.ArrowException, OSError):
        failure = broken_shard(path)
    raise failure


def _filter_raw(path: Path, keys: pa.ChunkedArray) -> None:
    import pyarrow.compute as pc

    raw = _read(path)
    _rewrite(path, raw.filter(pc.is_in(raw["event_key"], value_set=keys)), "raw")


def _rewrite(path: Path, table: pa.Table, dataset: str) -> None:
    if table.num_rows == 0:
        path.unlink()
        return
    with whole(path) as draft, _parquet_writer(draft, dataset, table.schema) as writer:
        writer.write_table(table)


def write_table(path: Path, rows: list[tuple], columns: dict[str, str]) -> None:
    """A small dataset as one file, in the columns' order."""
    schema = arrow_schema(columns)
    values = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    arrays = [
        pa.array(list(column), field.type) for column, field in zip(values, schema, strict=True)
    ]
    with whole(path) as draft:
        pq.write_table(pa.table(arrays, schema=schema), draft, compression="zstd")
