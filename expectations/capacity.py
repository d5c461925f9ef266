"""How much a release can carry at most, from the domains alone: log2 of the number of values.

Declared keys and the partition are counted apart as `key_bits`: they say which session, not what
happened in it. A row that may be absent carries one value more.

About one session an ε-differentially private release says at most ε·log2(e) bits, however wide its
columns are (Alvim et al., "Differential privacy: on the trade-off between utility and information
leakage", 2011); the rule `mechanism` sees to it that such a release took place.
"""

import math

from expectations.allowlist import Allowlist, Export
from expectations.domains import KeyedHash


def bits_per_row(export: Export) -> float:
    """Bits of the columns that are neither key, partition nor keyed hash; of a privacy mechanism's
    release, what all its rows together say at most about one session."""
    if export.mechanism.needs_record:
        return export.mechanism.epsilon * math.log2(math.e) * export.mechanism.enabled
    columns = export.columns.values()
    return sum(column.bits for column in columns if not _is_key(export, column))


def key_bits(export: Export) -> float:
    return sum(column.bits for column in export.columns.values() if _is_key(export, column))


def rows_per_session(export: Export) -> int:
    """Where the key holds a session: the number of values of the rest of the key (checkpoints)."""
    keys = [export.columns[name].domain for name in export.keys if name != export.partition]
    if not any(isinstance(domain, KeyedHash) for domain in keys):
        return 1
    return math.prod(domain.size() for domain in keys if not isinstance(domain, KeyedHash))


def bits_per_session(allowlist: Allowlist) -> float:
    """The most that all exports of a tier together can say about one session."""
    return sum(_session_bits(export) for export in allowlist.exports.values())


def _session_bits(export: Export) -> float:
    if export.mechanism.needs_record:
        return bits_per_row(export)
    rows, bits = rows_per_session(export), bits_per_row(export)
    # With several rows a session, which of them are there is a message too.
    return bits if rows == 1 else rows * (bits + math.log2(1 + 2**-bits))


def _is_key(export: Export, column) -> bool:
    is_named = column.name in (*export.keys, export.partition)
    return is_named or isinstance(column.domain, KeyedHash)
