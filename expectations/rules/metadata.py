"""A file holds its columns and nothing beside them; the folder holds its files and no more."""

import re

WHY = (
    "Footers, gaps between pages and stray files leave with the folder, and no query over the"
    " rows shows them."
)
REMEDY = "write the candidate with DuckDB's COPY into an empty folder; add nothing afterwards"
NAME = "metadata"
_WRITER = re.compile(r"DuckDB version v\d+\.\d+\.\d+ \(build [0-9a-f]{6,40}\)", re.ASCII)
_MAGIC_BYTES = 4
_FOOTER_LENGTH_BYTES = 4


def check(candidate):
    counts = [candidate.unexpected] if candidate.unexpected else []
    counts += [1 for path, file in _opened(candidate) if not _is_plain(path, file.metadata)]
    return [candidate.refusal(NAME, REMEDY, count=count) for count in counts]


def _opened(candidate):
    return zip(candidate.files, candidate.footers, strict=True)


def _is_plain(path, footer):
    """No key-value metadata, a known writer, no byte that neither a column nor the footer owns."""
    chunks = list(_chunks(footer))
    return (
        not footer.metadata
        and _WRITER.fullmatch(footer.created_by or "")
        and all(not chunk.metadata and not chunk.file_path for chunk in chunks)
        and _is_tiled(_pieces(chunks), path.stat().st_size, footer.serialized_size)
    )


def _chunks(footer):
    for group in range(footer.num_row_groups):
        for index in range(footer.num_columns):
            yield footer.row_group(group).column(index)


def _pieces(chunks):
    for chunk in chunks:
        starts = [chunk.data_page_offset, chunk.dictionary_page_offset]
        start = min(offset for offset in starts if offset is not None)
        yield start, chunk.total_compressed_size
        if chunk.bloom_filter_offset is not None:
            yield chunk.bloom_filter_offset, chunk.bloom_filter_length


def _is_tiled(pieces, file_bytes, footer_bytes):
    end = _MAGIC_BYTES
    for start, length in sorted(pieces):
        if start != end:
            return False
        end = start + length
    return end + footer_bytes + _FOOTER_LENGTH_BYTES + _MAGIC_BYTES == file_bytes
