"""What a scorecard says, and what it keeps to itself."""

import json

import numpy as np
import pytest

from flows.policy.errors import WinnowError
from flows.scorecard.analysis import Options
from flows.scorecard.documents import document
from flows.scorecard.metrics import DOWN, UP, metric_named
from tests.scorecard.sessions import finding, only, scored, sessions


def _pair(columns, **options):
    return scored(columns, **options).pairs[0]


def test_a_harmed_guardrail_is_told_as_worse():
    verdict = _pair(only(sessions(effect=0.8), "is_interrupted")).verdict
    assert verdict.outcome == "worse"
    assert "sessions interrupted by the user" in verdict.sentences[0]


def test_a_metric_without_direction_only_changes():
    pair = _pair(only(sessions(effect=1.0), "turns"))
    assert pair.verdict.outcome == "changed"
    assert pair.findings[0].standing == "changed"


def test_without_an_effect_nothing_is_shown_and_the_size_that_could_be_is_told():
    pair = _pair(only(sessions(effect=0.0), "turns"))
    assert pair.verdict.outcome == "unclear"
    assert "four times out of five" in pair.verdict.sentences[-1]


def test_a_better_goal_is_told_first():
    columns = only(sessions(effect=0.8), "is_interrupted")
    columns["is_satisfied"] = columns.pop("is_interrupted")
    assert _pair(columns).verdict.headline == "treatment is better than control"


def test_accounts_not_split_as_planned_get_no_verdict_and_no_word_on_better():
    columns = sessions(accounts=600, effect=1.0)
    pair = _pair(columns, split={"control": 0.8, "treatment": 0.2})
    assert pair.verdict.outcome == "withheld"
    assert {each.standing for each in pair.findings} == {"withheld"}


def test_the_planned_split_may_be_unequal():
    columns = only(sessions(accounts=400), "turns")
    thinned = [n for n, key in enumerate(columns["account_key"]) if int(key, 16) % 4 != 1]
    columns = {name: [values[n] for n in thinned] for name, values in columns.items()}
    assert not scored(columns).ratio.is_as_planned
    assert scored(columns, split={"control": 2, "treatment": 1}).ratio.is_as_planned


def test_accounts_in_two_variants_are_left_out_and_counted():
    columns = only(sessions(), "turns")
    before = finding(columns, "turns").comparison.control.accounts
    columns["variant"][0] = "treatment"
    found = scored(columns)
    assert found.crossed == 1
    assert found.variants[0].accounts == before - 1
    assert ("1 account", "seen in two variants") in found.withheld


def test_one_variant_is_no_comparison():
    pair = _pair(sessions(variants=("control",)))
    assert pair.verdict.sentences == ("All accounts that count belong to one variant, control.",)


def test_three_accounts_are_too_few_and_their_number_is_not_told():
    found = scored(sessions(accounts=3))
    assert found.pairs[0].verdict.outcome == "withheld"
    assert all(each.accounts is None for each in found.variants)
    assert all(each.comparison.effect is None for each in found.pairs[0].findings)


def test_no_sessions_at_all_are_told_so():
    empty = {name: values[:0] for name, values in only(sessions(), "turns").items()}
    empty = {
        "account_key": np.array([], str),
        "variant": np.array([], str),
        "turns": empty["turns"],
    }
    verdict = _pair(empty).verdict
    assert verdict.sentences == ("There are no sessions with an account and a variant.",)


def test_a_metric_without_variance_is_withheld():
    columns = only(sessions(), "turns") | {"flat": np.ones(len(sessions()["turns"]))}
    assert finding(columns, "flat").comparison.withheld.startswith("no variance")
    assert finding(columns, "turns").comparison.effect is not None


def test_a_metric_that_few_accounts_have_is_withheld():
    columns = only(sessions(), "turns")
    seldom = np.full(len(columns["turns"]), np.nan)
    seldom[:4] = 1.0
    found = finding(columns | {"seldom": seldom}, "seldom").comparison
    assert found.effect is None and found.control.accounts == 0 and found.control.size == 0


def test_a_value_at_or_below_zero_has_no_relative_effect():
    columns = only(sessions(), "turns")
    columns["turns"] = columns["turns"] - 10
    effect = finding(columns, "turns").comparison.effect
    assert effect.relative is None and effect.relative_detectable is None
    assert effect.low < effect.difference < effect.high


def test_every_pair_of_three_variants_is_compared_with_the_control_first():
    columns = only(sessions(accounts=600, variants=("b", "baseline", "c")), "turns")
    pairs = [(each.control, each.treatment) for each in scored(columns).pairs]
    assert pairs == [("baseline", "b"), ("baseline", "c"), ("b", "c")]
    pairs = [(each.control, each.treatment) for each in scored(columns, control="c").pairs]
    assert pairs == [("c", "b"), ("c", "baseline"), ("b", "baseline")]


def test_with_days_the_always_valid_interval_decides():
    columns = sessions()
    assert scored(columns).rule == "daily"
    assert scored(columns, rule="once").rule == "once"
    assert scored(only(columns, "turns")).rule == "once"


def test_days_with_few_accounts_have_no_rate():
    columns = sessions()
    columns["observed_at"] = columns["observed_at"].copy()
    columns["observed_at"][:3] = np.datetime64("2026-03-01")
    rates = scored(columns).rates[0]
    assert rates.values["control"][-1] is None and rates.values["control"][0] is not None


@pytest.mark.parametrize("accounts", [0, 1, 3, 19, 20, 40])
def test_a_document_never_holds_a_value_that_is_no_number(accounts):
    columns = {name: values[:0] for name, values in sessions().items()}
    if accounts:
        columns = sessions(accounts=accounts, each=2)
    columns |= {"account_key": np.array(columns["account_key"], str)}
    columns |= {"variant": np.array(columns["variant"], str)}
    json.dumps(document([scored(columns)], "file"), allow_nan=False)


def test_a_split_that_forgets_a_variant_is_refused():
    with pytest.raises(WinnowError) as refused:
        scored(sessions(), split={"control": 1.0})
    assert refused.value.exit_code == 2


def test_a_control_that_does_not_exist_is_refused():
    with pytest.raises(WinnowError):
        scored(sessions(), **vars(Options(control="nobody")))


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("is_interrupted", DOWN), ("interruptions", DOWN), ("rejections", DOWN), ("errors", DOWN),
        ("dissatisfied", DOWN), ("satisfied", UP), ("is_satisfied", UP),
        ("code_survival_7d_ratio", UP), ("survival", UP), ("anything_else", "none"),
    ],
)  # fmt: skip
def test_directions_are_known_by_name(name, better):
    assert metric_named(name).better == better
