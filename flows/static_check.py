"""The static gate over this project: files, compiled models and tests, doors, bits.

Works on a fresh clone: dbt compiles against an empty in-memory database, and the queries are bound
against empty tables made from the contracts. No data is read.
"""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from flows.policy.tiers import Tier

_SIDE_BY_SIDE = 2


def check_files(project: Path) -> list[dict]:
    """What may not stand in the dbt project: dicts of place, rule, message, remedy."""
    from expectations.project import check_project_files

    return [
        {"place": f.file, "rule": f.rule, "message": f.message, "remedy": f.remedy}
        for f in check_project_files(project)
    ]


def check_tiers(root: Path, tiers: list[Tier], home: Path) -> list[dict]:
    """The tiers' reports, two worked on at a time: in processes of their own, which end without
    taking apart what dbt leaves in memory (a second each)."""
    from flows.adapters.workers import in_workers

    work = partial(check_tier, root, home=home)
    return list(in_workers(work, tiers, min(len(tiers), _SIDE_BY_SIDE), [__name__]))


def check_tier(root: Path, tier: Tier, home: Path | None = None) -> dict:
    """One tier's report: counts, `refused` (place, rule, message, remedy), doors, bits, seconds.

    The dbt project is compiled, which runs its Jinja: check the files first. With a `home`, what
    was compiled of this very project before is taken from there; it is analysed anew all the same.
    """
    from flows.adapters.compiled_models import compile_tier, load_compiled_tier

    started = time.monotonic()
    project = root / "dbt"
    compiled = load_compiled_tier(home, project, tier) if home else compile_tier(project, tier)
    report = _report(root, tier, compiled)
    return report | {"tier": str(tier), "seconds": round(time.monotonic() - started, 1)}


def _models(compiled, contracts) -> list:
    """Models in the order of their dependence, then data tests, as expectations takes them."""
    from expectations.lineage import CompiledModel

    found = contracts.models
    models = [CompiledModel(m.name, m.room, m.sql, found.get(m.name, {})) for m in compiled.models]
    return models + [CompiledModel(name, "test", sql) for name, sql in compiled.tests]


def _report(root: Path, tier: Tier, compiled) -> dict:
    import duckdb

    from expectations.declassifiers import load_declassifiers
    from expectations.flow.contracts import load_contracts
    from expectations.lineage import check_project
    from expectations.project import source_text

    contracts, doors = load_contracts(root / "dbt"), load_declassifiers()
    models = _models(compiled, contracts)
    with duckdb.connect() as connection:
        verdict = check_project(
            connection,
            models,
            sources=contracts.sources,
            doors=doors,
            source_text=source_text(root / "dbt"),
        )
    bits = _bits(root, tier)
    refused = [*_model_refusals(verdict), *_door_refusals(contracts, doors, verdict)]
    return {
        "models": sum(model.room != "test" for model in models),
        "tests": sum(model.room == "test" for model in models),
        "refused": refused + _bit_refusals(bits),
        "candidates": verdict.candidates,
        "doors": {name: door.bits for name, door in doors.items()},
        "bits": bits,
    }


def _model_refusals(verdict) -> Iterator[dict]:
    for name, found in verdict.models.items():
        for reason in found.reasons:
            place = f"{name}.{reason.column}" if reason.column else name
            yield _refusal(place, reason.rule, reason.message, reason.remedy)


def _door_refusals(contracts, doors: dict, verdict) -> Iterator[dict]:
    """A door is registered for a model that names it and goes through it; no other exists."""
    remedy = "make meta.doors of the model and expectations/declassifiers.yml say the same"
    for model, named in contracts.doors.items():
        for name in named:
            if name not in doors or doors[name].model != model:
                yield _refusal(model, "unknown_door", f"names the door {name}", remedy)
    for name, door in doors.items():
        used = verdict.models.get(door.model)
        if used is not None and name not in used.doors and used.is_clean:
            yield _refusal(door.model, "unused_door", f"does not go through {name}", remedy)
        if door.model not in contracts.models:
            yield _refusal(door.model, "unused_door", f"{name} is of no model", remedy)


def _bits(root: Path, tier: Tier) -> dict:
    """What all exports can say about one session: now, as committed (None: unknown), budget."""
    from expectations import capacity
    from expectations.allowlist import AllowlistError, load_allowlist

    allowlist = load_allowlist(tier)
    with tempfile.TemporaryDirectory(prefix="winnow-check-") as folder:
        committed = Path(folder) / f"{tier}.yml"
        committed.write_bytes(_committed(root, f"expectations/allowlists/{tier}.yml"))
        try:
            before = capacity.bits_per_session(load_allowlist(tier, Path(folder)))
        except AllowlistError:
            before = None
    return {
        "now": round(capacity.bits_per_session(allowlist), 2),
        "committed": None if before is None else round(before, 2),
        "budget": allowlist.max_bits_per_session,
    }


def _committed(root: Path, path: str) -> bytes:
    """A file as the last commit has it, b"" where there is no repository or no such file."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "show", f"HEAD:{path}"], capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return b""
    return done.stdout


def _bit_refusals(bits: dict) -> list[dict]:
    if bits["now"] <= bits["budget"]:
        return []
    message = f"a session's rows can carry {bits['now']:.1f} bits, {bits['budget']:.1f} are allowed"
    remedy = "export fewer or coarser columns; the budget is its owner's to raise"
    return [_refusal("expectations/allowlists", "budget", message, remedy)]


def _refusal(place: str, rule: str, message: str, remedy: str) -> dict:
    return {"place": place, "rule": rule, "message": message, "remedy": remedy}
