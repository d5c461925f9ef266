"""From a table of sessions to the scorecard of each experiment in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from flows.policy.errors import WinnowError
from flows.scorecard import verdicts, words
from flows.scorecard.accounts import MINIMUM_ACCOUNTS, Split, split_accounts
from flows.scorecard.curves import Curve
from flows.scorecard.looks import Calendar, calendar
from flows.scorecard.measures import Measure, compare_curves, curves, measure
from flows.scorecard.pairs import DAILY, ONCE, Finding, judge, unjudged
from flows.scorecard.sample_ratio import SampleRatio, sample_ratio
from flows.scorecard.summaries import Rates, VariantSize, daily_rates, sizes
from flows.scorecard.table import EXPERIMENT, OBSERVED, Sessions, metric_columns
from flows.scorecard.verdicts import Verdict

_CONTROL_NAMES = ("control", "baseline", "a", "old", "off")
_MOST_EXPERIMENTS = 50


@dataclass(frozen=True)
class Options:
    """`split` is variant → planned share; `control` names the variant to compare with; `rule` is
    once or daily, chosen by the presence of days where None."""

    alpha: float = 0.05
    split: Mapping[str, float] | None = None
    control: str | None = None
    rule: str | None = None


@dataclass(frozen=True)
class Pair:
    control: str
    treatment: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Experiment:
    """`crossed` accounts were seen in two variants and left out with `left_out` sessions (among
    them those without a key); `withheld` tells what is not shown and why."""

    name: str | None
    variants: tuple[VariantSize, ...]
    crossed: int
    left_out: int
    rule: str
    alpha: float
    ratio: SampleRatio | None
    pairs: tuple[Pair, ...]
    curves: dict[str, Curve]
    rates: tuple[Rates, ...]
    withheld: tuple[tuple[str, str], ...]


def analyse(sessions: Sessions, options: Options) -> list[Experiment]:
    """One scorecard an experiment; a table without the column `experiment` is one.

    Raises WinnowError (exit code 2) for a table that lacks what a scorecard needs.
    """
    columns = metric_columns(sessions.kinds)
    return [
        _analyse_one(sessions, columns, name, rows, options)
        for name, rows in _experiments(sessions)
    ]


def _experiments(sessions: Sessions) -> Iterator[tuple[str | None, np.ndarray | None]]:
    if EXPERIMENT not in sessions.kinds:
        yield None, None
        return
    codes, names = sessions.codes(EXPERIMENT)
    if len(names) > _MOST_EXPERIMENTS:
        raise WinnowError(
            f"the column {EXPERIMENT} has more than {_MOST_EXPERIMENTS} values",
            remedy="name the experiment there, or leave the column away",
            exit_code=2,
        )
    for code in sorted(range(len(names)), key=names.__getitem__):
        yield names[code], np.flatnonzero(codes == code).astype(np.int32)


def _analyse_one(sessions, columns, name, rows, options: Options) -> Experiment:
    split = split_accounts(sessions, rows)
    when = _calendar(sessions, split)
    rule = options.rule or (ONCE if when is None else DAILY)
    pairs = _ordered_pairs(split, options.control)
    measures = [measure(sessions, split, each, when) for each in columns] if pairs else []
    found = curves(sessions, split) if pairs else {}
    ratio = _ratio(split, options)
    judged = _judged(split, when, pairs, measures, found, options.alpha, rule)
    shown = [_pair(split, ratio, pair, findings) for pair, findings in judged]
    return Experiment(
        name,
        tuple(sizes(split)),
        split.crossed,
        split.crossed_rows + split.nameless,
        rule,
        options.alpha,
        ratio,
        tuple(shown) or (_nothing_to_compare(split),),
        {split.variants[code]: curve for code, curve in found.items()},
        tuple(daily_rates(split, when, each) for each in measures if when is not None),
        tuple(_withheld(split, shown)),
    )


def _calendar(sessions: Sessions, split: Split) -> Calendar | None:
    if OBSERVED not in sessions.kinds:
        return None
    return calendar(split, sessions.days(OBSERVED)[split.rows])


def _ordered_pairs(split: Split, control: str | None) -> list[tuple[int, int]]:
    """Codes of every pair of variants with accounts, the control first."""
    names = split.variants
    if control is not None and control not in names:
        raise WinnowError(
            "no session belongs to the variant that --control names",
            remedy="name one of the variants of the data",
            exit_code=2,
        )
    usual = [name for word in _CONTROL_NAMES for name in names if name.lower() == word]
    first = control or (usual[0] if usual else names[0] if names else None)
    present = [code for code, count in enumerate(split.account_counts()) if count]
    return list(combinations(sorted(present, key=lambda code: (names[code] != first, code)), 2))


def _judged(split, when, pairs, measures: list[Measure], found, alpha, rule):
    """Each pair with its findings, corrected over all metrics and pairs together."""
    compared = {pair: list(_compared(split, when, pair, measures, found, alpha)) for pair in pairs}
    findings = iter(judge([each for every in compared.values() for each in every], alpha, rule))
    return [(pair, [next(findings) for _ in every]) for pair, every in compared.items()]


def _compared(split, when, pair, measures: list[Measure], found, alpha):
    survival = compare_curves(split, found, pair, alpha)
    if survival is not None:
        yield survival
    for each in measures:
        comparison = each.compare(split, pair, alpha)
        if when is not None:
            looks = each.history(split, pair, alpha, when.days)
            comparison = replace(comparison, looks=looks)
        yield comparison


def _ratio(split: Split, options: Options) -> SampleRatio | None:
    """None where there is nothing to compare, or too few accounts for a χ² test."""
    counts = {n: c for n, c in zip(split.variants, split.account_counts(), strict=True) if c}
    if len(counts) < 2 or sum(counts.values()) < MINIMUM_ACCOUNTS * len(counts):
        return None
    return sample_ratio(counts, options.split)


def _pair(split: Split, ratio, pair: tuple[int, int], findings: list[Finding]) -> Pair:
    control, treatment = (split.variants[code] for code in pair)
    counts = split.account_counts()
    small = [split.variants[code] for code in pair if counts[code] < MINIMUM_ACCOUNTS]
    if small:
        reason = _TOO_FEW.format(words.listed(small))
        return Pair(control, treatment, verdicts.withheld(reason), tuple(findings))
    if ratio is not None and not ratio.is_as_planned:
        return Pair(control, treatment, verdicts.withheld(_MISMATCH), tuple(unjudged(findings)))
    return Pair(control, treatment, verdicts.verdict(control, treatment, findings), tuple(findings))


_TOO_FEW = (
    f"Fewer than {MINIMUM_ACCOUNTS} accounts: {{}}. An interval from so few would mean nothing."
)
_MISMATCH = (
    "The accounts are not split between the variants as planned. The assignment is broken or"
    " sessions of one variant were lost, so that any difference below may come from that."
)


def _nothing_to_compare(split: Split) -> Pair:
    names = split.variants
    if not names:
        reason = "There are no sessions with an account and a variant."
    elif not split.variant_of.size:
        reason = "Every account was seen in more than one variant."
    elif len(set(split.variant_of.tolist())) == 1:
        reason = f"All accounts that count belong to one variant, {names[split.variant_of[0]]}."
    else:
        reason = "There is nothing to compare."
    return Pair("", "", verdicts.withheld(reason))


def _withheld(split: Split, pairs: list[Pair]) -> Iterator[tuple[str, str]]:
    for each in pairs:
        if each.verdict.outcome == verdicts.WITHHELD:
            yield f"Verdict {each.treatment} against {each.control}", each.verdict.sentences[0]
        for finding in each.findings:
            if finding.comparison.withheld:
                yield finding.comparison.metric.label, finding.comparison.withheld
    if split.crossed:
        yield _counted(split.crossed, "account"), "seen in two variants"
    if split.nameless:
        yield _counted(split.nameless, "session"), "no account or no variant"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
