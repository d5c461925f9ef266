"""Text in a file is a word of a vocabulary or a keyed hash, in the rows and in the dictionaries."""

import re

from expectations.domains import HASH_PATTERN, Enum, KeyedHash
from expectations.second_opinion import on_column

WHY = (
    "Text is how a prompt or code would leave. A dictionary page may hold words that no row uses:"
    " no query shows them, and any reader of the file can."
)
REMEDY = "export an enum or a bucket in place of the text; write the file anew with COPY"
NAME = "no_free_text"
_TEXT_TYPES = {"BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"}
_HASH = re.compile(HASH_PATTERN, re.ASCII)


def check(candidate):
    refusals = []
    for name in _text_columns(candidate):
        domain = candidate.export.columns[name].domain
        if not isinstance(domain, Enum | KeyedHash):
            refusals.append(candidate.refusal(NAME, REMEDY, name))
        elif count := _foreign_words(candidate, name, domain):
            refusals.append(candidate.refusal(NAME, REMEDY, name, count))
    return refusals


def expect(candidate):
    return [
        on_column(
            NAME, name, "ExpectColumnUniqueValueCountToBeBetween", max_value=column.domain.size()
        )
        for name, column in candidate.export.columns.items()
        if isinstance(column.domain, Enum)
    ]


def _text_columns(candidate):
    """By what the files hold, whatever the allowlist calls it."""
    return dict.fromkeys(
        footer.schema.column(index).name
        for footer in candidate.footers
        for index in range(len(footer.schema.names))
        if footer.schema.column(index).physical_type in _TEXT_TYPES
    )


def _foreign_words(candidate, name, domain):
    words = set()
    for path in candidate.files:
        words |= _dictionary(path, name)
    if isinstance(domain, Enum):
        return len(words - set(domain.values))
    return sum(not _HASH.fullmatch(word) for word in words)


def _dictionary(path, name):
    """Every word in the column's dictionaries and pages, used by a row or not."""
    import pyarrow.parquet

    words = set()
    with pyarrow.parquet.ParquetFile(path, read_dictionary=[name]) as file:
        for group in range(file.num_row_groups):
            for chunk in file.read_row_group(group, columns=[name]).column(name).chunks:
                words.update(chunk.dictionary.to_pylist())
    return words
