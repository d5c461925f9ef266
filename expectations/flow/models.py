"""A compiled dbt project: labels persist from model to model.

Models are bound in order against an empty catalogue that is built from the contracts, so a fresh
clone is enough. Every model's output must be clean. A raw column gets through in the room
`declassified` alone, by a door that is registered for that very model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from expectations.declassifiers import Door, by_model
from expectations.flow import literals, statements
from expectations.flow.context import Flow
from expectations.flow.door_domains import problem
from expectations.flow.labels import NOTHING, Sources
from expectations.flow.tracing import traced
from expectations.flow.verdicts import Reason, Verdict

RAW_ROOM = "declassified"
RAW_PREFIX = "raw__"

# {(schema, table): {column: type}}
SourceContracts = Mapping[tuple[str, str], Mapping[str, str]]


@dataclass(frozen=True)
class CompiledModel:
    """A model or data test as dbt would run it; `room` is the folder of models/ it stands in.

    columns: {name: type} of its contract, None for a test, which has no output that others read.
    """

    name: str
    room: str
    sql: str
    columns: Mapping[str, str] | None = None


@dataclass(frozen=True)
class ProjectVerdict:
    """Verdicts by model, and per model the fingerprints of expressions that no door covers."""

    models: dict[str, Verdict] = field(default_factory=dict)
    candidates: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Whether every model is clean."""
        return all(verdict.is_clean for verdict in self.models.values())


def check_project(
    connection,
    models: Iterable[CompiledModel],
    *,
    sources: SourceContracts,
    doors: Mapping[str, Door],
    source_text: str,
) -> ProjectVerdict:
    """Check models in the order given, parents first.

    connection: an empty in-memory database, which is filled with empty tables. sources: contracts
    of the dbt sources. doors: the registered ones by name. source_text: everything that people
    wrote; a string constant of the compiled SQL that does not stand there came from elsewhere.
    """
    catalogue = _Catalogue(connection, sources)
    opened = by_model(dict(doors))
    verdicts, candidates = {}, {}
    for model in models:
        flow = Flow(catalogue.label_of, opened.get(model.name, {}), is_clock_allowed=False)
        verdict = _checked(connection, model, flow, source_text)
        verdict = replace(verdict, reasons=(*verdict.reasons, *_door_reasons(flow, doors)))
        verdicts[model.name] = verdict
        if flow.candidates and model.room == RAW_ROOM and not verdict.is_clean:
            candidates[model.name] = dict(flow.candidates)
        if model.columns is not None:
            catalogue.add(model, verdict)
    return ProjectVerdict(verdicts, candidates)


def _checked(connection, model: CompiledModel, flow: Flow, source_text: str) -> Verdict:
    try:
        foreign = _foreign_literals(connection, model.sql, source_text)
        verdict, root = traced(connection, model.sql, flow)
    except statements.Refused as refusal:
        return Verdict(reasons=(refusal.reason,))
    extra = [*foreign, *_room_reasons(model, root), *_contract_reasons(model, verdict)]
    return replace(verdict, reasons=(*verdict.reasons, *extra))


def _door_reasons(flow: Flow, doors: Mapping[str, Door]) -> list[Reason]:
    found = {name: problem(node, doors[name].domain) for name, node in flow.passed}
    return [
        Reason("door_result", "", f"door {name}: {what}") for name, what in found.items() if what
    ]


def _foreign_literals(connection, sql: str, source_text: str) -> list[Reason]:
    """Refuse text that was put in while the project was compiled. Macros may build numbers."""
    found = statements.string_constants(statements.parse(connection, sql))
    if all(text in source_text or literals.is_numeric_label(text) for text in found):
        return []
    message = "a string constant that stands nowhere in the project's files"
    return [Reason("unregistered_literal", "", message)]


def _room_reasons(model: CompiledModel, root: dict) -> list[Reason]:
    if model.room == RAW_ROOM:
        return []
    read = sorted(
        f"{scan['function_data']['table']}.{scan['names'][entry['index']]}"
        for scan in statements.scans(root)
        for entry in scan["column_indexes"]
        if entry["index"] < len(scan["names"])
        and scan["names"][entry["index"]].lower().startswith(RAW_PREFIX)
    )
    return [Reason("raw_outside", "", f"reads {name}") for name in dict.fromkeys(read)]


def _contract_reasons(model: CompiledModel, verdict: Verdict) -> list[Reason]:
    if model.columns is None or not verdict.columns:
        return []
    names = {column.name for column in verdict.columns}
    return [
        Reason("unlabelled_column", name, "a column that the model's contract does not declare")
        for name in sorted(names - set(model.columns))
    ]


class _Catalogue:
    """The empty tables that models bind against, with the label of every column."""

    def __init__(self, connection, sources: SourceContracts):
        self.connection = connection
        self.labels: dict[tuple[str, str, str], Sources] = {}
        for (schema, table), columns in sources.items():
            self._create(schema, table, columns)
            for column in columns:
                is_raw = column.lower().startswith(RAW_PREFIX)
                label = frozenset({f"{table}.{column}".lower()}) if is_raw else NOTHING
                self.labels[self._place(schema, table, column)] = label

    def label_of(self, catalog: str, schema: str, table: str, column: str) -> Sources | None:
        """Return the raw sources of a column, None if no contract declares it."""
        return self.labels.get(self._place(schema, table, column))

    def add(self, model: CompiledModel, verdict: Verdict) -> None:
        """Make a model readable by those below it, with the labels that it came out with."""
        self._create("main", model.name, model.columns or {})
        inherited = verdict.existence | verdict.order
        for column in verdict.columns:
            if column.name in (model.columns or {}):
                label = column.explicit | column.control | inherited
                self.labels[self._place("main", model.name, column.name)] = label

    def _create(self, schema: str, table: str, columns: Mapping[str, str]) -> None:
        if not columns:
            return
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        self.connection.execute(f'create schema if not exists "{schema}"')
        self.connection.execute(f'create or replace table "{schema}"."{table}" ({listed})')

    @staticmethod
    def _place(schema: str, table: str, column: str) -> tuple[str, str, str]:
        return schema.lower(), table.lower(), column.lower()
