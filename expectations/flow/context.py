"""What one check knows and collects: labels of base columns, doors, and what it had to refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from expectations.flow.labels import Relation, Sources

# (catalog, schema, table, column) → its raw sources, or None for a column that nobody labelled.
SourceLabels = Callable[[str, str, str, str], Sources | None]


@dataclass
class Flow:
    """State of one walk over one plan.

    doors: {fingerprint: name}; None looks for no doors at all. passed: doors that were met, with
    the expression. candidates: {fingerprint: raw columns} of expressions over raw base columns
    that no door is registered for, the outermost of each.
    """

    label_of: SourceLabels
    doors: Mapping[str, str] | None = None
    literals: frozenset[str] = frozenset()
    is_clock_allowed: bool = True
    plan: dict = field(default_factory=dict)
    refusals: dict[tuple[str, str], None] = field(default_factory=dict)
    passed: list[tuple[str, dict]] = field(default_factory=list)
    candidates: dict[str, str] = field(default_factory=dict)
    ctes: dict[int, Relation] = field(default_factory=dict)
    # Enclosing dependent joins: the columns that their DELIM_GETs hand to the inner side.
    outer: list[Relation] = field(default_factory=list)
    output_literals: set[str] = field(default_factory=set)
    is_in_door: bool = False
    is_in_candidate: bool = False

    def refuse(self, rule: str, message: str) -> None:
        """Note a reason that is independent of labels; the same one counts once."""
        self.refusals[(rule, message)] = None

    def check_keys(self, node: Mapping, known: frozenset[str], what: str) -> None:
        """Refuse a plan node with a part that its handler does not read."""
        if not known.issuperset(node):
            unknown = ", ".join(sorted(set(node) - known))
            self.refuse("unknown_plan_shape", f"{what} has parts that nobody reads: {unknown}")
