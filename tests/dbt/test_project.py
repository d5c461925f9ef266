"""The dbt project's files: pairs, names, promises, and what may not stand in them."""

import re
import subprocess
import sys

import pytest
import yaml

from flows.policy.schemas import LANDING, RAW
from flows.policy.tiers import Tier
from tests.dbt.written import PROJECT

MODELS = sorted((PROJECT / "models").rglob("*.sql"))
SOURCES = ("landing", "raw", "declassified")
NAMES = {
    "staging": r"stg_[a-z]+",
    "declassified": r"dec_[a-z]+__[a-z_]+",
    "signals": r"sig_session__[a-z_]+",
    "scorecard": r"scorecard_[a-z]+",
    "feedback": r"feedback_[a-z]+",
    "exports": r"[a-z]+_[a-z]+",
}
FORBIDDEN = ("run_query", "statement(", "log(", "print(", "hook", "store_failures", "env_var")

names = pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)


def _properties(path) -> dict:
    return yaml.safe_load(path.with_suffix(".yml").read_text())


def _model(path) -> dict:
    (model,) = _properties(path)["models"]
    return model


def _source(name: str) -> dict[str, dict]:
    document = yaml.safe_load((PROJECT / f"models/staging/{name}.yml").read_text())
    return {
        table["name"]: {column["name"]: column["data_type"] for column in table["columns"]}
        for table in document["sources"][0]["tables"]
    }


@names
def test_a_model_has_its_properties_beside_it(path):
    assert _model(path)["name"] == path.stem


@names
def test_a_model_is_named_after_its_room(path):
    room = path.relative_to(PROJECT / "models").parts[0]
    assert re.fullmatch(NAMES[room], path.stem)


@names
def test_a_model_states_its_grain(path):
    assert _model(path)["description"].startswith("One row per ")


@names
def test_a_contract_is_enforced(path):
    model = _model(path)
    assert model["config"]["contract"] == {"enforced": True}
    assert all(column["data_type"] for column in model["columns"])


@names
def test_a_model_has_tests_and_a_unit_test(path):
    model = _model(path)
    tests = [
        *model.get("data_tests", []),
        *(t for c in model["columns"] for t in c.get("data_tests", [])),
    ]
    assert tests
    assert any(unit["model"] == path.stem for unit in _properties(path)["unit_tests"])


@names
def test_only_models_of_declassified_name_a_raw_column(path):
    is_door = path.parent.name == "declassified"
    assert ("raw__" in path.read_text()) == is_door
    assert ("source('raw'" in path.read_text()) == is_door


def test_every_declassified_model_names_its_door():
    doors = [_model(path)["config"].get("meta", {}).get("door") for path in MODELS]
    is_door = [path.parent.name == "declassified" for path in MODELS]
    assert [bool(door) for door in doors] == is_door


def test_every_column_of_landing_is_declared_as_it_lands():
    declared = {**_source("landing"), "raw": _source("raw")["raw"]}
    landed = LANDING | {"raw": RAW}
    assert declared == {
        name: {column: kind.lower() for column, kind in columns.items()}
        for name, columns in landed.items()
    }


def test_what_the_second_process_reads_is_what_the_first_promises():
    promised = {
        path.stem: {column["name"]: column["data_type"] for column in _model(path)["columns"]}
        for path in MODELS
        if path.parent.name == "declassified"
    }
    assert _source("declassified") == promised


def test_targets_are_tiers_and_none_is_the_default():
    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text())["winnow"]
    assert set(profile["outputs"]) == set(Tier)
    assert "target" not in profile and "default" not in profile["outputs"]


def test_an_export_stands_in_the_folder_of_its_tier_and_is_enabled_there_only():
    exports = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["models"]["winnow"][
        "exports"
    ]
    for folder in (PROJECT / "models/exports").iterdir():
        assert folder.name in set(Tier) - {Tier.FEEDBACK}
        assert exports[folder.name]["+enabled"] == f"{{{{ target.name == '{folder.name}' }}}}"


def test_what_mends_the_product_is_built_of_feedback_only_and_read_by_no_other_model():
    rooms = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["models"]["winnow"]
    assert rooms["feedback"]["+enabled"] == f"{{{{ target.name == '{Tier.FEEDBACK}' }}}}"
    own = [path for path in MODELS if path.parent.name == "feedback"]
    assert own
    for path in set(MODELS) - set(own):
        assert not any(f"'{model.stem}'" in path.read_text() for model in own), path.name


def test_nothing_in_the_project_reaches_out_of_sql():
    files = [path for path in PROJECT.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} <= {".sql", ".yml"}
    for path in files:
        if path.name != "profiles.yml":
            assert not [word for word in FORBIDDEN if word in path.read_text()], path.name


def test_the_project_is_clean_for_the_linter_and_excludes_no_rule():
    assert "exclude_rules" not in (PROJECT.parent / ".sqlfluff").read_text()
    lint = subprocess.run(
        [sys.executable, "-m", "sqlfluff", "lint", "--processes", "2", "dbt"],
        cwd=PROJECT.parent,
        capture_output=True,
        text=True,
    )
    assert lint.returncode == 0, lint.stdout
