"""Labels: which raw columns a value carries, and what decided that it is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

Sources = frozenset[str]
NOTHING: Sources = frozenset()


class Label(NamedTuple):
    """Raw columns ("table.column") in a value (explicit) and in the decision for it (control)."""

    explicit: Sources = NOTHING
    control: Sources = NOTHING

    @property
    def all(self) -> Sources:
        """Every raw column that an observer of the value learns something about."""
        return self.explicit | self.control if self.control else self.explicit

    def join(self, other: Label) -> Label:
        """Return the least label above both."""
        if other is CLEAN or self is other:
            return self
        if self is CLEAN:
            return other
        return Label(self.explicit | other.explicit, self.control | other.control)

    def without(self, sources: Sources) -> Label:
        """Return what is left when the dependence on `sources` is declassified."""
        return Label(self.explicit - sources, self.control - sources)

    def decided_by(self, sources: Sources) -> Label:
        """Return the label of the value when `sources` decide whether it appears."""
        return Label(self.explicit, self.control | sources) if sources else self


CLEAN = Label()


def join_all(labels) -> Label:
    """Return the least label above all of them."""
    result = CLEAN
    for label in labels:
        result = result.join(label)
    return result


class Origin(NamedTuple):
    """The base column that a column still is, and the scan that it came from."""

    table: str
    column: str
    scan: int


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an intermediate relation.

    origin: the base column it is, unchanged, or None. binding: its place in the plan (table
    index, column index), for the few references that DuckDB leaves unresolved.
    """

    label: Label = CLEAN
    origin: Origin | None = None
    binding: tuple[int, int] | None = None

    def decided_by(self, sources: Sources) -> Column:
        """Return the column that it is when `sources` decide its values: no base column."""
        if not sources:
            return self
        return replace(self, label=self.label.decided_by(sources), origin=None)


@dataclass(frozen=True, slots=True)
class Relation:
    """Columns, and the raw columns that decide which rows exist and in which order they come."""

    columns: tuple[Column, ...] = ()
    existence: Sources = NOTHING
    order: Sources = NOTHING


def bind(columns, table_index: int) -> tuple[Column, ...]:
    """Return the columns as the output of the operator with this table index."""
    return tuple(replace(c, binding=(table_index, i)) for i, c in enumerate(columns))
