"""The commands of those who write models."""

import json
import shutil
import subprocess
import sys

import pytest

from flows.adapters.signal_template import write_signal
from flows.adapters.synthetic_landing import write_synthetic_landing
from flows.commands.build import build
from flows.commands.new_signal import new_signal
from flows.commands.signals import list_signals, signals
from flows.policy.errors import WinnowError
from tests.dbt.written import PROJECT, TODAY, Landing


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the whole project, with a signal that was just made."""
    root = tmp_path_factory.mktemp("sample")
    shutil.copytree(PROJECT, root / "dbt")
    shutil.copy(PROJECT.parent / ".sqlfluff", root)
    write_signal(root / "dbt", "clarification")
    return root / "dbt"


@pytest.fixture(scope="module")
def sample(project, tmp_path_factory):
    """Every model, test and unit test of the default tier, on synthetic landing."""
    landing = Landing(tmp_path_factory.mktemp("home"), "default_tier")
    write_synthetic_landing(landing.folder, TODAY)
    landing.declassify(project)
    warehouse = landing.warehouse(project)
    return warehouse, warehouse.build_sample()


def test_every_model_has_passed_a_test_and_a_unit_test(sample):
    _, nodes = sample
    kinds = {"model": set(), "test": set(), "unit_test": set()}
    for node in nodes:
        kinds[node.kind].add(node.model)
    assert kinds["model"] == kinds["test"] == kinds["unit_test"]
    assert {"dec_prompts__is_repeat", "training_cohorts"} <= kinds["model"]


def test_a_new_signal_builds_and_passes_its_tests_at_once(sample):
    _, nodes = sample
    own = [node.kind for node in nodes if node.model == "sig_session__clarification"]
    assert sorted(own) == ["model", "test", "unit_test"]


def test_one_model_builds_with_what_it_is_made_from_and_nothing_else(project, monkeypatch, capsys):
    monkeypatch.setenv("WINNOW_PROJECT_DIR", str(project.parent))
    build(tier="feedback", select=["sig_session__clarification"], sample=True)
    said = capsys.readouterr().out
    models = [line.split()[0] for line in said.splitlines() if "__" in line or "stg_" in line]
    assert sorted(models) == ["sig_session__clarification", "stg_events", "stg_sessions"]
    assert "3 models and 6 tests, all passed" in said


def test_a_new_signal_is_clean_for_the_linter(project):
    path = "dbt/models/signals/sig_session__clarification.sql"
    lint = subprocess.run(
        [sys.executable, "-m", "sqlfluff", "lint", path], cwd=project.parent, capture_output=True
    )
    assert lint.returncode == 0, lint.stdout


def test_exact_rows_of_the_default_tier_are_no_candidates(sample):
    warehouse, _ = sample
    assert warehouse.write_candidates() == {}
    assert not list(warehouse.candidates.rglob("*"))


def test_the_synthetic_landing_is_the_same_every_time(tmp_path):
    contents = []
    for name in ("once", "again"):
        write_synthetic_landing(tmp_path / name, TODAY)
        contents.append(
            [path.read_bytes() for path in sorted((tmp_path / name).rglob("*.parquet"))]
        )
    assert contents[0] == contents[1]


def test_a_signal_that_is_there_is_not_overwritten(project):
    with pytest.raises(WinnowError, match="there already") as refusal:
        write_signal(project, "interruption")
    assert refusal.value.exit_code == 2


@pytest.mark.parametrize(
    ("grain", "name"),
    [("account", "x"), ("session", "Bad"), ("session", "../x"), ("session", "a__b")],
)
def test_a_name_or_grain_that_does_not_exist_is_wrong_use(grain, name):
    with pytest.raises(WinnowError) as refusal:
        new_signal(grain, name)
    assert refusal.value.exit_code == 2


def test_the_answer_to_a_new_signal_names_the_two_edits_that_remain(tmp_path, monkeypatch, capsys):
    (tmp_path / "dbt/models/signals").mkdir(parents=True)
    monkeypatch.setenv("WINNOW_PROJECT_DIR", str(tmp_path))
    new_signal("session", "clarification")
    said = capsys.readouterr().out
    assert "'sig_session__clarification': ['has_clarification']" in said
    assert "has_clarification: {domain: bool}" in said


def test_a_selection_of_models_needs_the_sample(monkeypatch):
    with pytest.raises(WinnowError, match="no warehouse"):
        build(tier="opt_in", select=["stg_events"], sample=False)


def test_signals_are_listed_with_the_tiers_that_they_leave_for():
    found = {signal["signal"]: signal for signal in list_signals(PROJECT)}
    assert found["sig_session__memory_request"]["grain"] == "session"
    assert found["sig_session__memory_request"]["leaves_for"]["opt_in"] == 1.0
    assert "feedback" not in found["sig_session__memory_request"]["leaves_for"]


def test_the_list_is_one_json_document(capsys):
    signals(as_json=True)
    assert len(json.loads(capsys.readouterr().out)) >= 12
