"""Taking rows out of Parquet files: rewritten whole without them, or removed when emptied."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.adapters.files import whole

IsKept = Callable[[pa.Table], pa.ChunkedArray]


def filter_file(path: Path, is_kept: IsKept, deciding: Collection[str]) -> None:
    """Rewrites a file with the kept rows, a row group at a time; an emptied or same one is not.

    Which rows are kept is decided on the columns that say so, so text is read only to be rewritten.
    """
    with pq.ParquetFile(path) as file:
        kept = _masks(file, is_kept, deciding)
        total = _count(kept)
        if total == file.metadata.num_rows:
            return
        if total:
            _write_kept(path, file, kept)
    if not total:
        path.unlink()


def has_other_rows(path: Path, is_kept: IsKept, deciding: Collection[str]) -> bool:
    """Whether the file holds a row that would not be kept."""
    with pq.ParquetFile(path) as file:
        return _count(_masks(file, is_kept, deciding)) < file.metadata.num_rows


def _masks(file: pq.ParquetFile, is_kept: IsKept, deciding: Collection[str]) -> list:
    names = file.schema_arrow.names
    columns = [name for name in names if name in deciding] or names[:1]
    return [is_kept(group) for group in _groups(file, columns)]


def _count(masks: list) -> int:
    return sum(pc.sum(mask).as_py() or 0 for mask in masks)


def _write_kept(path: Path, file: pq.ParquetFile, kept: list[pa.ChunkedArray]) -> None:
    """Text gets no statistics: footers would repeat the least and the greatest value."""
    schema = file.schema_arrow
    dates = [field.name for field in schema if pa.types.is_date(field.type)]
    with (
        whole(path) as draft,
        pq.ParquetWriter(
            draft, schema, compression="zstd", write_statistics=dates or False
        ) as writer,
    ):
        for group, mask in zip(_groups(file, schema.names), kept, strict=True):
            writer.write_table(group.filter(mask))


def _groups(file: pq.ParquetFile, columns: list[str]) -> Iterator[pa.Table]:
    for index in range(file.num_row_groups):
        yield file.read_row_group(index, columns=columns)
