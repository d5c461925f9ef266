"""The committed page is what the code says, and every figure on it comes from the code."""

from pathlib import Path

import pytest

from expectations.allowlist import load_allowlist
from expectations.capacity import bits_per_session
from expectations.declassifiers import load_declassifiers
from flows.adapters.model_graph import load_models, origins_of, sources_of
from flows.commands.disclose import disclose
from flows.disclose import PAGES, collect_facts, disclosure
from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier
from flows.policy.windows import RETENTION_DAYS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def facts():
    return collect_facts(ROOT / "dbt")


@pytest.fixture(scope="module")
def models():
    return load_models(ROOT / "dbt")


def named(facts, tier: str, export: str):
    exports = next(each for each in facts.tiers if each.name == tier).exports
    return next(each for each in exports if each.name == export)


def test_the_committed_page_is_what_the_code_says():
    for name, content in disclosure(ROOT / "dbt").items():
        committed = (ROOT / PAGES / name).read_text(encoding="utf-8")
        assert committed == content, "the page is not what the code says: run `winnow disclose`"


def test_the_command_writes_both_files_and_names_them(tmp_path, capsys):
    disclose(out=tmp_path / "new", contact="privacy@example.com")
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        "disclosure.md",
        "disclosure.html",
    }
    assert capsys.readouterr().out.count("disclosure.") == 2
    for path in (tmp_path / "new").iterdir():
        assert "privacy@example.com" in path.read_text()


def test_a_policy_that_cannot_be_used_is_named_with_its_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr("expectations.allowlist.FOLDER", tmp_path)
    with pytest.raises(WinnowError, match=r"opt_in\.yml.*is missing") as refusal:
        disclosure(ROOT / "dbt")
    assert refusal.value.remedy and refusal.value.exit_code == 2


@pytest.mark.parametrize("tier", Tier)
def test_every_export_and_column_that_may_leave_is_on_the_page(facts, tier):
    for listed in load_allowlist(tier).exports.values():
        export = named(facts, tier, listed.name)
        told = len(export.keys) + sum(len(signal.answers) for signal in export.signals)
        errors = len(listed.mechanism.measures)  # beside each total: the noise's own size
        assert told == len(listed.columns) - errors


def test_bits_are_those_of_the_gate(facts):
    for tier in facts.tiers:
        assert tier.bits == pytest.approx(bits_per_session(load_allowlist(tier.name)))
    export = named(facts, "opt_in", "training_sessions")
    assert sum(signal.bits for signal in export.signals) == pytest.approx(export.bits)


def test_the_page_says_the_days_doors_and_budgets_of_the_policies(facts):
    page = disclosure(ROOT / "dbt")["disclosure.md"]
    assert f"After {RETENTION_DAYS} days it is gone" in page
    assert {door.computes for door in facts.doors} == {
        door.computes for door in load_declassifiers().values()
    }
    for mechanism in (it.mechanism for it in load_allowlist("default_tier").exports.values()):
        assert f"(ε = {mechanism.epsilon:g})" in page


def test_a_signal_names_the_doors_that_its_models_go_through(facts, models):
    export = named(facts, "opt_in", "training_sessions")
    doors = {signal.about: signal.doors for signal in export.signals}
    (repeat,) = (found for about, found in doors.items() if "same prompt twice" in about)
    (stop,) = (found for about, found in doors.items() if "stopped the agent" in about)
    assert repeat == ("prompt is repeat",) and stop == ()
    assert "bits" in sources_of(models, models["scorecard/scorecard_sessions"])


def test_a_column_that_an_export_works_out_itself_is_traced_to_what_it_is_made_of(models):
    export = models["exports/default_tier/training_cohorts"]
    assert [each.name for each in origins_of(models, export, "has_tool_error")] == [
        "sig_session__errors"
    ]
    assert [each.name for each in origins_of(models, export, "turn_count")] == [
        "sig_session__effort"
    ]


def test_no_export_reads_a_source_that_the_page_does_not_know(models):
    known = {"events", "bits", "survival", "assignments", "consent"} | {
        f"declassified.{door.model}" for door in load_declassifiers().values()
    }
    for path, model in models.items():
        if path.startswith("exports/"):
            assert sources_of(models, model) <= known
