"""What the dbt models are made of, read from their files; dbt is not started."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import yaml

_SOURCE = re.compile(r"source\(\s*'([a-z_]+)'\s*,\s*'([a-z_]+)'\s*\)")
_QUOTED = re.compile(r"'([a-z_]+)'")
_ALIAS = r"^(.*)\bas {column},?$"
_WORD = re.compile(r"[a-z_][a-z0-9_]*")


class Model(NamedTuple):
    """`about`: its description; `columns`: column → its description; `sources`: dataset names of
    landing, or `declassified.<model>`, which the model itself reads."""

    name: str
    room: str
    about: str
    columns: Mapping[str, str]
    sql: str
    parents: tuple[str, ...]
    sources: tuple[str, ...]


def load_models(project: Path) -> dict[str, Model]:
    """Every model of the project by its path below models/, without the ending.

    Two tiers may have an export of one name.
    """
    root = project / "models"
    paths = sorted(root.rglob("*.sql"))
    names = {path.stem for path in paths}
    return {path.relative_to(root).with_suffix("").as_posix(): _model(path, names, root)
            for path in paths}  # fmt: skip


def sources_of(models: Mapping[str, Model], model: Model) -> set[str]:
    """The sources that a model reads, itself or through others."""
    by_name = {each.name: each for each in models.values()}
    found, waiting = set(), [model]
    while waiting:
        current = waiting.pop()
        found |= set(current.sources)
        waiting += [by_name[name] for name in current.parents]
    return found


def origins_of(models: Mapping[str, Model], export: Model, column: str) -> list[Model]:
    """The models from which an export model takes a column: those of its parents that have it,
    or that have what stands before `as <column>`."""
    parents = [each for each in models.values() if each.name in export.parents]
    named = [each for each in parents if column in each.columns]
    if named:
        return sorted(named, key=lambda each: each.room != "signals")[:1]
    words = {word for line in re.findall(_ALIAS.format(column=column), export.sql, re.MULTILINE)
             for word in _WORD.findall(line)}  # fmt: skip
    return [each for each in parents if words & set(each.columns)]


def _model(path: Path, names: set[str], root: Path) -> Model:
    sql = path.read_text(encoding="utf-8")
    (stated,) = yaml.safe_load(path.with_suffix(".yml").read_bytes())["models"]
    sources = _SOURCE.findall(sql)
    return Model(
        name=path.stem,
        room=path.relative_to(root).parts[0],
        about=" ".join(stated["description"].split()),
        columns={
            column["name"]: " ".join(column.get("description", "").split())
            for column in stated["columns"]
        },
        sql=sql,
        parents=tuple(sorted({name for name in _QUOTED.findall(_SOURCE.sub("", sql))
                              if name in names and name != path.stem})),
        sources=tuple(sorted(
            table if schema == "landing" else f"{schema}.{table}" for schema, table in sources
        )),
    )  # fmt: skip
