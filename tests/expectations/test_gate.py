"""check_export as a whole: what passes, what is refused, and that nothing of the data shows."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import expectations
from expectations import gate, rules, second_opinion
from expectations.gate import check_export

PLANTED = "zanzibar quokka 31415"
ROOT = Path(expectations.__file__).parent


@pytest.fixture
def judge(bench):
    def call(folder, tier="opt_in"):
        return check_export(folder, tier, today=bench.today, allowlists=bench.allowlists)

    return call


def test_a_clean_candidate_passes_every_rule(bench, judge):
    verdict = judge(bench.sessions(rows=400))
    assert verdict.is_clean, verdict.refusals
    assert set(verdict.rules) == {rule.NAME for rule in rules.RULES}
    assert verdict.rows == 400
    assert verdict.bits_per_row == pytest.approx(13.30, abs=0.01)
    assert list(verdict.files) == ["part-0.parquet"]


def test_a_candidate_without_rows_and_one_of_nulls_pass(bench, judge):
    assert judge(bench.sessions(rows=0)).is_clean
    nulls = "select * replace (null::boolean as is_interrupted, null::double as survival_ratio)"
    assert judge(bench.sessions(f"{nulls} from sessions")).is_clean


def test_several_files_pass_together(bench, judge):
    bench.sessions("select * from sessions where session_key < '8'")
    folder = bench.sessions(
        "select * from sessions where session_key >= '8'", name="part-1.parquet"
    )
    verdict = judge(folder)
    assert verdict.is_clean and verdict.rows == 40 and len(verdict.files) == 2


def test_the_default_tier_is_refused_for_its_mechanism_alone(bench, judge):
    verdict = judge(bench.cohorts(), "default_tier")
    assert [refusal.rule for refusal in verdict.refusals] == ["mechanism"]


def test_a_refusal_names_rule_export_column_count_and_remedy(bench, judge):
    change = f"case when turn_count = 5 then '{PLANTED}' else model end as model"
    verdict = judge(bench.sessions(f"select * replace ({change}) from sessions", rows=11))
    refusal = verdict.refusals[0]
    assert str(refusal).startswith("domains refused training_sessions.model (1) → ")
    assert not verdict.is_clean and "domains" not in verdict.rules


def test_a_column_named_by_data_is_told_by_its_place(bench, judge):
    verdict = judge(bench.sessions(f'select *, 1 as "{PLANTED}" from sessions'))
    assert PLANTED not in str(verdict)
    assert verdict.refusals[0].column == "#7"


def test_a_folder_named_by_data_is_not_repeated(bench, judge):
    folder = bench.sessions()
    moved = folder.parent.rename(folder.parent.with_name(PLANTED)) / folder.name
    assert PLANTED not in str(judge(moved))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1"])
def test_a_file_that_cannot_be_read_is_refused(bench, judge, content):
    folder = bench.sessions()
    (folder / "part-0.parquet").write_bytes(content)
    assert not judge(folder).is_clean


def test_a_missing_folder_is_refused(bench, judge):
    assert not judge(bench.sessions().with_name("date=2026-03-29")).is_clean


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.NAME)
def test_a_rule_that_fails_has_refused(bench, judge, monkeypatch, rule):
    def fail(candidate):
        raise ValueError(PLANTED)

    monkeypatch.setattr(rule, "check", fail)
    verdict = judge(bench.sessions())
    assert rule.NAME in {refusal.rule for refusal in verdict.refusals}
    assert PLANTED not in str(verdict)


def test_a_second_opinion_that_fails_has_refused(bench, judge, monkeypatch):
    def fail(*_):
        raise ValueError(PLANTED)

    monkeypatch.setattr(second_opinion, "_validate", fail)
    verdict = judge(bench.sessions())
    assert [refusal.rule for refusal in verdict.refusals] == ["second_opinion"]
    assert PLANTED not in str(verdict)


@pytest.mark.parametrize(
    "column, expression",
    [
        ("model", "'Opus'"),
        ("model", "null::varchar"),
        ("turn_count", "7::integer"),
        ("turn_count", "55::integer"),
        ("survival_ratio", "0.295::double"),
        ("session_key", "session_key || chr(10)"),
        ("session_date", "session_date - 1"),
    ],
)
def test_the_second_opinion_refuses_on_its_own(bench, judge, monkeypatch, column, expression):
    for rule in rules.CONTENT:
        monkeypatch.setattr(rule, "check", lambda candidate: [])
    change = f"case when session_key = md5('7') then {expression} else {column} end as {column}"
    verdict = judge(bench.sessions(f"select * replace ({change}) from sessions"))
    assert {refusal.column for refusal in verdict.refusals} == {column}


def test_a_repeated_key_is_refused_by_the_second_opinion_too(bench, judge, monkeypatch):
    monkeypatch.setattr(rules.keys, "check", lambda candidate: [])
    folder = bench.sessions("select * from sessions union all select * from sessions")
    assert [refusal.rule for refusal in judge(folder).refusals] == ["keys"]


def test_a_file_that_changes_while_it_is_checked_is_refused(bench, judge, monkeypatch):
    def opinion(candidate):
        bench.sessions(rows=41)
        return []

    monkeypatch.setattr(gate, "_second_opinion", opinion)
    assert [refusal.rule for refusal in judge(bench.sessions()).refusals] == ["unchanged"]


def test_no_value_reaches_output_or_disk(bench, tmp_path):
    """A whole process, with a planted text in every place that a candidate has for one."""
    change = f"""select * replace (
        case when turn_count = 5 then '{PLANTED}' else model end as model,
        case when turn_count = 5 then '{PLANTED}' else session_key end as session_key
    ) from sessions"""
    folder = bench.sessions(change)
    home = tmp_path / "process"
    home.mkdir()
    script = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from expectations import second_opinion, rules\n"
        "from expectations.allowlist import load_allowlist\n"
        "from expectations.candidate import Candidate\n"
        "from expectations.gate import check_export\n"
        f"path, lists = Path({str(folder)!r}), Path({str(bench.allowlists)!r})\n"
        "print(check_export(path, 'opt_in', today=date(2026, 3, 31), allowlists=lists))\n"
        "it = Candidate(path, load_allowlist('opt_in', lists), date(2026, 3, 31))\n"
        "wanted = [e for rule in rules.RULES if hasattr(rule, 'expect') for e in rule.expect(it)]\n"
        "print(len(second_opinion.failed(wanted, it.files)))\n"
    )
    environment = {
        **os.environ,
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONPATH": str(ROOT.parent),
    }
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=home, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stderr == ""
    assert len(done.stdout.splitlines()) == 2 and int(done.stdout.splitlines()[1]) >= 2
    assert not any(word in done.stdout for word in PLANTED.split())
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_great_expectations_is_not_imported_where_a_rule_refused(bench):
    folder = bench.sessions(rows=0).with_name("date=2026-03-29")
    script = (
        "import sys; from pathlib import Path; from expectations.gate import check_export\n"
        f"lists = Path({str(bench.allowlists)!r})\n"
        f"check_export(Path({str(folder)!r}), 'opt_in', allowlists=lists)\n"
        "assert 'great_expectations' not in sys.modules and 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT.parent)


def test_the_gate_imports_nothing_of_ours_and_one_module_great_expectations():
    importing = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0] in ("flows", "tests") for name in names), path.name
            if any(name.startswith("great_expectations") for name in names):
                importing.add(path.name)
    assert importing == {"second_opinion.py"}
