"""The structure that DESIGN names, held against the files."""

import ast
from pathlib import Path

import pytest
import yaml

from flows.adapters.experiments import EXPERIMENTS_FILE
from flows.cli import VERBS
from flows.policy.tiers import Tier
from flows.settings import TierSettings, load_settings, load_tier_settings

ROOT = Path(__file__).resolve().parent.parent
BELOW = ("adapters", "readers", "bits", "survival", "release", "scorecard", "disclosure")
HEAVY = {
    "prefect": {"flows/orchestrator.py", "flows/serve.py"},
    "dbt": {"flows/adapters/dbt_runner.py", "flows/adapters/dbt_lock.py"},
    "great_expectations": {"expectations/second_opinion.py"},
    "boto3": {"flows/adapters/s3.py"},
    "matplotlib": {"flows/adapters/plots.py"},
}


def sources() -> list[Path]:
    return [
        path
        for folder in ("flows", "expectations")
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]


def imports(path: Path) -> set[str]:
    """Modules that the file imports anywhere, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def own(path: Path) -> set[str]:
    return {name for name in imports(path) if name.split(".")[0] in ("flows", "expectations")}


def layer(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "flows" and len(parts) > 2 else parts[0]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_layer_imports_only_what_lies_below_it(path):
    allowed = {
        "policy": ("flows.policy",),
        "expectations": ("expectations",),
        **{name: ("flows.policy", f"flows.{name}") for name in BELOW},
    }.get(layer(path), ("flows", "expectations"))
    found = own(path) - {"flows"}  # the package itself: where its data lies
    assert {name for name in found if not name.startswith(allowed)} == set()


@pytest.mark.parametrize("library", HEAVY)
def test_a_heavy_library_has_one_importing_module(library):
    users = {
        str(path.relative_to(ROOT))
        for path in sources()
        if any(name.split(".")[0] == library for name in imports(path))
    }
    assert users <= HEAVY[library]


def test_the_verifier_shares_no_code_with_the_purger():
    purge_modules = {name for path in sources() for name in own(path) if ".purge_" in name}
    for path in sorted((ROOT / "flows/verifier").rglob("*.py")):
        assert own(path).isdisjoint(purge_modules)


def test_every_verb_has_a_file_and_every_file_is_a_verb():
    files = {path.stem for path in (ROOT / "flows/commands").glob("*.py")} - {"__init__"}
    assert {verb.replace("-", "_") for verb in VERBS} == files


def test_every_model_is_a_pair_of_files():
    models = ROOT / "dbt" / "models"
    for sql in models.rglob("*.sql"):
        assert sql.with_suffix(".yml").exists(), sql.name


def test_the_dbt_folder_holds_no_python_or_it_would_join_the_dbt_package():
    assert not list((ROOT / "dbt").rglob("*.py"))


@pytest.mark.parametrize("tier", Tier)
def test_a_tier_has_an_allowlist_a_target_and_settings(tier, monkeypatch):
    monkeypatch.setattr("flows.settings._bound", None)
    allowlist = yaml.safe_load((ROOT / f"expectations/allowlists/{tier}.yml").read_text())
    profiles = yaml.safe_load((ROOT / "dbt/profiles.yml").read_text())
    assert allowlist["tier"] == tier
    assert tier in profiles["winnow"]["outputs"]
    assert isinstance(load_tier_settings(tier, load_settings()), TierSettings)


def test_no_target_is_the_default():
    profiles = yaml.safe_load((ROOT / "dbt/profiles.yml").read_text())
    assert profiles["winnow"].get("target") not in set(Tier)


def test_every_export_model_lies_in_its_tiers_folder_and_is_on_its_list():
    for sql in (ROOT / "dbt/models/exports").rglob("*.sql"):
        allowlist = yaml.safe_load(
            (ROOT / f"expectations/allowlists/{sql.parent.name}.yml").read_text()
        )
        assert sql.stem in allowlist["exports"]


def test_the_gates_vocabulary_of_experiments_is_the_registered_one():
    experiments = yaml.safe_load(EXPERIMENTS_FILE.read_text())
    for tier in (Tier.OPT_IN, Tier.DEFAULT):
        words = yaml.safe_load((ROOT / f"expectations/allowlists/{tier}.yml").read_text())
        listed = words["vocabularies"]
        assert set(experiments) <= set(listed["experiment"])
        assert {name for names in experiments.values() for name in names} <= set(listed["variant"])


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_function_is_under_sixty_lines(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 60, node.name
