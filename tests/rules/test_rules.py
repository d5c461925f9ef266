"""Every rule explains itself, is run, and is shown to refuse and to pass."""

import ast
from pathlib import Path

import pytest

from expectations import rules

FOLDER = Path(rules.__file__).parent
FILES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def test_every_file_in_the_folder_is_a_rule_that_the_gate_runs():
    assert sorted(rule.NAME for rule in rules.RULES) == FILES


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.NAME)
def test_a_rule_says_why_and_what_to_do(rule):
    assert rule.__doc__ and rule.WHY.endswith(".") and len(rule.REMEDY) > 20


@pytest.mark.parametrize("name", FILES)
def test_a_rule_has_a_breaking_and_a_passing_case(name):
    source = Path(__file__).with_name(f"test_{name}.py").read_text()
    tests = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    assert any(test.endswith("_is_refused") for test in tests)
    assert any(test.endswith("_passes") for test in tests)


def test_no_rule_reads_beyond_its_candidate():
    """Imports of a rule: the standard library, pyarrow and the gate's own modules."""
    allowed = {"datetime", "math", "re", "pyarrow", "expectations"}
    for name in FILES:
        tree = ast.parse((FOLDER / f"{name}.py").read_text())
        assert _imported(tree) <= allowed


def _imported(tree) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names.add(node.module.split(".")[0])
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
    return names
