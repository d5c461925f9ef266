"""The allowlists, those shipped and those that someone edited."""

from pathlib import Path

import pytest

from expectations import capacity
from expectations.allowlist import FOLDER, AllowlistError, load_allowlist
from expectations.domains import Enum
from flows.adapters.experiments import load_experiments
from flows.policy import vocabulary
from flows.policy.tiers import Tier


@pytest.mark.parametrize("tier", Tier)
def test_the_shipped_allowlist_of_a_tier_can_be_used_and_keeps_its_budget(tier):
    allowlist = load_allowlist(tier)
    assert allowlist.tier == tier
    assert capacity.bits_per_session(allowlist) <= allowlist.max_bits_per_session


def test_there_is_an_allowlist_a_tier_and_no_other():
    assert {path.stem for path in FOLDER.iterdir()} == set(Tier)


def test_feedback_has_no_export():
    assert not load_allowlist("feedback").exports


def test_the_vocabularies_are_those_of_the_typed_zone():
    """Written out twice on purpose: the gate must not inherit a word that slipped in."""
    known = {
        "agent": {*vocabulary.AGENTS},
        "model_family": {*vocabulary.MODEL_FAMILIES, "unknown"},
        "code_survival_lines_bucket": {*vocabulary.LINES_BUCKETS},
        "experiment": {*load_experiments(), "none"},
        "variant": {*(name for names in load_experiments().values() for name in names), "none"},
    }
    for tier in Tier:
        for export in load_allowlist(tier).exports.values():
            for name in known.keys() & export.columns.keys():
                assert set(export.columns[name].domain.values) <= known[name]


def test_every_account_counted_tier_has_a_minimum_of_accounts():
    for export in load_allowlist("default_tier").exports.values():
        if export.mechanism.name == "aggregate_dp":
            assert export.minimum_accounts.at_least >= 10


@pytest.mark.parametrize(
    "old, new, place",
    [
        ("owner: privacy", "owner: privacy\nretention: 90", "(top level)"),
        ("    grain:", "    audience: all\n    grain:", "exports.training_sessions"),
        (
            "vocabulary: model}",
            "vocabulary: model, maximum: 3}",
            "exports.training_sessions.columns.model",
        ),
        ("{name: none}", "{name: none, noise: 1}", "exports.training_sessions.mechanism"),
        ("domain: bool", "domain: text", "exports.training_sessions.columns.is_interrupted"),
        ("minimum: 0, ", "", "exports.training_sessions.columns.turn_count"),
        ("maximum: 50", "maximum: '50'", "exports.training_sessions.columns.turn_count"),
        ("maximum: 50", "maximum: 3000000000", "exports.training_sessions.columns.turn_count"),
        ("maximum: 50", "maximum: -1", "exports.training_sessions.columns.turn_count"),
        ("step: 5", "step: 0", "exports.training_sessions.columns.turn_count"),
        ("step: 0.01", "step: 0.3", "exports.training_sessions.columns.survival_ratio"),
        ("step: 0.01", "step: 0", "exports.training_sessions.columns.survival_ratio"),
        ("vocabulary: model", "vocabulary: models", "exports.training_sessions.columns.model"),
        ("[opus, sonnet, other]", "[opus, no]", "vocabularies"),
        ("[opus, sonnet, other]", "[opus, opus]", "exports.training_sessions.columns.model"),
        ("[opus, sonnet, other]", "[]", "exports.training_sessions.columns.model"),
        (
            "[opus, sonnet, other]",
            "['fix the login page']",
            "exports.training_sessions.columns.model",
        ),
        ("keys: [session_key]", "keys: [session]", "exports.training_sessions"),
        ("keys: [session_key]", "keys: [survival_ratio]", "exports.training_sessions.keys"),
        ("keys: [session_key]", "keys: []", "exports.training_sessions.columns.session_key"),
        ("partition: session_date", "partition: model", "exports.training_sessions.partition"),
        ("tier: opt_in", "tier: default_tier", "tier"),
        ("owner: privacy", "owner: privacy\nowner: me", "(file)"),
        ("exports:", "exports: [", "(file)"),
    ],
)
def test_an_edited_allowlist_is_refused_by_file_and_place(bench, old, new, place):
    bench.edit("opt_in", old, new)
    with pytest.raises(AllowlistError) as error:
        load_allowlist("opt_in", bench.allowlists)
    assert error.value.message.startswith(f"allowlist opt_in.yml, {place}")
    assert error.value.remedy and error.value.exit_code == 2


@pytest.mark.parametrize(
    "old, new, place",
    [
        ("{domain: enum, vocabulary: model}", "{domain: keyed_hash}", "columns"),
        ("name: aggregate_dp", "name: none", "mechanism"),
        ("epsilon: 1.0\n", "epsilon: 0.0\n", "mechanism"),
        ("    minimum_accounts: {column: account_count, at_least: 10}\n", "", ""),
    ],
)
def test_the_default_tier_lists_only_what_its_accounts_may_lend(bench, old, new, place):
    bench.edit("default_tier", old, new)
    with pytest.raises(AllowlistError, match=rf"exports\.training_cohorts.*{place}"):
        load_allowlist("default_tier", bench.allowlists)


@pytest.mark.parametrize(
    "old, new, problem",
    [
        ("epsilon_per_window: 1.0", "epsilon_per_window: 0.5", "at least one release"),
        ("sessions_per_account: 5", "sessions_per_account: 0", "sessions_per_account"),
        ("{days: 1, settle_days: 0}", "{days: 0, settle_days: 0}", "at least one day"),
        ("{days: 1, settle_days: 0}", "{days: 20, settle_days: 10}", "before its first day"),
        ("[{model: [opus, other, sonnet]}]", "[]", "public_keys"),
        ("[{model: [opus, other, sonnet]}]", "[{family: [opus]}]", "public_keys"),
        ("[{model: [opus, other, sonnet]}]", "[{model: [opus, opus]}]", "twice"),
        ("[{model: [opus, other, sonnet]}]", "[{model: [gpt]}]", "outside its column's domain"),
        ("{of: accounts}", "{of: accounts, clamp: [0, 1]}", "whole clamp"),
        ("{of: accounts}", "{of: accounts, weight: 0}", "positive weight"),
        ("{of: accounts}", "{of: turn_count, clamp: [5, 5]}", "whole clamp"),
        ("{account_count: {of: accounts}}", "{session_count: {of: sessions}}", "a measure"),
        ("epsilon: 1.0\n", "epsilon: 1.0\n      rows: 5\n", "randomized_response"),
        ("epsilon: 1.0\n", "epsilon: .nan\n", "epsilon"),
        ("epsilon: 1.0\n", "epsilon: .inf\n", "epsilon"),
    ],
)
def test_a_mechanism_that_does_not_bound_a_loss_is_refused(bench, old, new, problem):
    bench.edit("default_tier", old, new)
    with pytest.raises(AllowlistError, match=rf"exports\.training_cohorts\.mechanism.*{problem}"):
        load_allowlist("default_tier", bench.allowlists)


def test_opt_in_has_no_mechanism_that_only_looks_like_one(bench):
    bench.edit("opt_in", "{name: none}", "{name: none, epsilon: 1.0}")
    with pytest.raises(AllowlistError, match="must be none"):
        load_allowlist("opt_in", bench.allowlists)


def test_a_missing_allowlist_means_that_nothing_may_leave(bench):
    with pytest.raises(AllowlistError, match="missing"):
        load_allowlist("opt_in", Path(bench.allowlists) / "elsewhere")


def test_a_hash_that_is_no_key_leaves_for_a_purpose_only(bench):
    account = "      account_key: {domain: keyed_hash, purpose: bounding accounts in training}\n"
    bench.allow("opt_in", bench.text("opt_in") + account)
    columns = load_allowlist("opt_in", bench.allowlists).exports["training_sessions"].columns
    assert columns["account_key"].domain.purpose
    bench.edit("opt_in", ", purpose: bounding accounts in training", "")
    with pytest.raises(AllowlistError, match="needs a purpose"):
        load_allowlist("opt_in", bench.allowlists)


def test_an_enum_s_words_may_stand_in_its_column(bench):
    bench.edit("opt_in", "vocabulary: model}", "values: [small, large]}")
    domain = (
        load_allowlist("opt_in", bench.allowlists).exports["training_sessions"].columns["model"]
    )
    assert domain.domain == Enum(values=("small", "large"))
