"""The static gate over the project of this repository, as `winnow check` runs it."""

import shutil
import subprocess

import pytest

from flows import static_check
from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier
from flows.settings import PROJECT_DIR


@pytest.fixture(scope="module")
def report():
    return static_check.check_tier(PROJECT_DIR, Tier.OPT_IN)


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(PROJECT_DIR / "dbt", tmp_path / "dbt")
    return tmp_path


def test_every_model_and_test_of_the_project_is_clean(report):
    assert report["refused"] == []
    assert report["models"] >= 15
    assert report["tests"] >= 15


def test_the_report_says_what_a_row_can_carry(report):
    assert 0 < report["bits"]["now"] <= report["bits"]["budget"]
    assert report["doors"]


def test_a_changed_door_is_refused_and_its_new_fingerprint_told(copy):
    model = copy / "dbt/models/declassified/dec_prompts__length_bucket.sql"
    model.write_text(model.read_text().replace("< 20 then", "< 21 then"))
    report = static_check.check_tier(copy, Tier.OPT_IN)
    assert f"{model.stem}.prompt_length_bucket" in {item["place"] for item in report["refused"]}
    assert list(report["candidates"]) == [model.stem]


def test_a_hook_is_found_before_anything_is_compiled(copy):
    settings = copy / "dbt/dbt_project.yml"
    settings.write_text(settings.read_text() + "on-run-start: [\"{{ log('x') }}\"]\n")
    rules = {item["rule"] for item in static_check.check_files(copy / "dbt")}
    assert rules == {"hook", "introspection"}


def test_tiers_are_checked_side_by_side_and_told_in_their_order(tmp_path):
    reports = static_check.check_tiers(PROJECT_DIR, list(Tier), tmp_path)
    assert [report["tier"] for report in reports] == list(Tier)
    assert [report["refused"] for report in reports] == [[], [], []]


def test_a_model_that_does_not_compile_is_named_by_its_file(copy, tmp_path):
    model = copy / "dbt/models/signals/sig_session__agent.sql"
    model.write_text(model.read_text() + "{{ ref('nowhere') }}")
    with pytest.raises(WinnowError, match=r"models/signals/sig_session__agent\.sql"):
        static_check.check_tiers(copy, [Tier.FEEDBACK, Tier.OPT_IN], tmp_path / "home")


def test_the_committed_state_is_what_a_change_is_compared_with(tmp_path):
    allowlists = tmp_path / "expectations/allowlists"
    allowlists.mkdir(parents=True)
    text = (PROJECT_DIR / "expectations/allowlists/opt_in.yml").read_text()
    (allowlists / "opt_in.yml").write_text(text.replace("maximum: 999,", "maximum: 499,"))
    for command in (["init", "-q"], ["add", "."], _COMMIT):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    bits = static_check._bits(tmp_path, Tier.OPT_IN)
    assert bits["committed"] == pytest.approx(bits["now"] - 1, abs=0.01)


_COMMIT = ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "x"]


def test_without_a_repository_there_is_nothing_to_compare_with(tmp_path):
    assert static_check._bits(tmp_path, Tier.OPT_IN)["committed"] is None


def test_more_bits_than_the_budget_are_refused():
    (refusal,) = static_check._bit_refusals({"now": 43.2, "committed": 41.2, "budget": 42.0})
    assert refusal["rule"] == "budget"
    assert static_check._bit_refusals({"now": 42.0, "committed": None, "budget": 42.0}) == []
