"""The table of purposes bounds what any allowlist may let leave."""

from pathlib import Path

import pytest
import yaml

from expectations.allowlist import AllowlistError, load_allowlist
from expectations.gate import check_export
from expectations.purposes import FILE, PurposeError, load_purposes
from flows.policy.tiers import Tier, leaves_as_rows


@pytest.fixture
def table(tmp_path):
    """Writes the shipped table with a tier's entry changed; answers its path."""

    def write(tier: str, **changes) -> Path:
        document = yaml.safe_load(FILE.read_text())
        document[tier] |= changes
        path = tmp_path / "purposes.yml"
        path.write_text(yaml.safe_dump(document))
        return path

    return write


@pytest.fixture
def lent(bench):
    """The feedback tier's allowlist with an export that the default tier may have."""
    exports = bench.text("default_tier").split("vocabularies:\n")[1]
    bench.edit("feedback", "max_bits_per_session: 0", "max_bits_per_session: 2")
    bench.edit("feedback", "exports: {}", "vocabularies:\n" + exports)
    return bench


ADMITTING = {
    "leaves_as": "releases",
    "purposes": {"statistics": {"means": "a test", "exports": ["training_cohorts"]}},
}


def test_an_export_of_feedback_is_refused_by_the_gate_as_things_stand(lent):
    with pytest.raises(AllowlistError) as refusal:
        check_export(lent.cohorts(), "feedback", today=lent.today, allowlists=lent.allowlists)
    assert refusal.value.message == (
        "allowlist feedback.yml, exports.training_cohorts: must not be there: purposes.yml lets "
        "nothing of this tier leave"
    )
    assert "expectations/purposes.yml" in refusal.value.remedy
    assert refusal.value.exit_code == 2


def test_an_export_of_feedback_is_judged_once_the_reviewed_table_admits_it(lent, table):
    folder = lent.cohorts()
    places = {"today": lent.today, "allowlists": lent.allowlists}
    verdict = check_export(folder, "feedback", purposes=table("feedback", **ADMITTING), **places)
    assert verdict.export == "training_cohorts"
    assert verdict.refusals, "the candidate itself is of another tier and has no record"


def test_feedback_never_leaves_as_rows_whatever_the_table_says(table):
    with pytest.raises(PurposeError, match=r"feedback\.leaves_as: rows are of accounts that"):
        load_purposes(table("feedback", **ADMITTING | {"leaves_as": "rows"}))


def test_an_export_that_serves_no_purpose_of_its_tier_is_refused(bench, table):
    purposes = {"training": {"means": "a test", "exports": ["another_export"]}}
    with pytest.raises(AllowlistError, match="training_sessions: serves no purpose"):
        load_allowlist("opt_in", bench.allowlists, table("opt_in", purposes=purposes))


def test_rows_do_not_pass_where_the_table_says_releases(bench, table):
    with pytest.raises(AllowlistError, match="lists a keyed hash"):
        load_allowlist("opt_in", bench.allowlists, table("opt_in", leaves_as="releases"))


@pytest.mark.parametrize(
    "changes, problem",
    [
        ({"leaves_as": "anything"}, "leaves_as"),
        ({"until": "2030"}, "until"),
        ({"purposes": {}}, "a tier has a purpose"),
        ({"purposes": {"training": {"means": " ", "exports": []}}}, "says what it means"),
        ({"leaves_as": "nothing"}, "names an export, but leaves_as is nothing"),
        (
            {"purposes": {name: {"means": "x", "exports": ["one"]} for name in ("a", "b")}},
            "two purposes",
        ),
    ],
)
def test_a_table_that_is_not_understood_lets_nothing_leave(bench, table, changes, problem):
    path = table("opt_in", **changes)
    with pytest.raises(PurposeError, match=problem) as refusal:
        load_purposes(path)
    assert refusal.value.remedy and refusal.value.exit_code == 2
    with pytest.raises(AllowlistError, match=r"purposes\.yml"):
        load_allowlist("opt_in", bench.allowlists, path)


def test_a_tier_that_stands_there_twice_is_refused(tmp_path):
    path = tmp_path / "purposes.yml"
    path.write_text(FILE.read_text() + "\nfeedback:\n  owner: me\n")
    with pytest.raises(PurposeError, match="repeats the key feedback"):
        load_purposes(path)


def test_a_missing_table_lets_nothing_leave(bench, tmp_path):
    with pytest.raises(AllowlistError, match="nothing may leave"):
        load_allowlist("opt_in", bench.allowlists, tmp_path / "elsewhere.yml")


def test_every_tier_has_purposes_and_every_listed_export_serves_one():
    table = load_purposes()
    assert set(table) == set(Tier)
    for tier in Tier:
        assert (table[tier].leaves_as == "rows") == leaves_as_rows(tier)
        named = {name for each in table[tier].purposes.values() for name in each.exports}
        assert named == set(load_allowlist(tier).exports)
