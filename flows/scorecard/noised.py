"""The comparison from released, noised totals alone: the default tier's side.

A total has a value and the variance of its noise, one a public cell and window; nothing is known
of single accounts. So the sampling error is bounded: the variance of one session's value v in
0 … M with mean μ is at most μ(M − μ) (Bhatia and Davis 2000), and sessions of one account, of
which at most k count, make it at most k times larger. Noise comes on top (delta method). The
intervals are too wide rather than too narrow.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from flows.scorecard.accounts import MINIMUM_ACCOUNTS
from flows.scorecard.analysis import Experiment, Options, Pair
from flows.scorecard.comparison import Comparison, Side, compare
from flows.scorecard.effects import Estimate
from flows.scorecard.metrics import metric_named
from flows.scorecard.pairs import DAILY, judge, unjudged
from flows.scorecard.sample_ratio import sample_ratio
from flows.scorecard.summaries import VariantSize
from flows.scorecard.verdicts import verdict, withheld

_ERROR = "_standard_error"
_PERCENT_SUM = "_percent_sum"


@dataclass(frozen=True)
class NoisedMetric:
    """`total` over `size` are columns; a session adds 0 … `most` to the total; the value shown is
    `scale` times the ratio."""

    name: str
    total: str
    size: str
    most: float
    scale: float = 1.0


@dataclass(frozen=True)
class Sum:
    """A noised total and the variance of its noise."""

    value: float
    noise: float


def noised_metrics(
    measures: Mapping[str, tuple[str, tuple[int, int] | None]],
) -> list[NoisedMetric]:
    """From a release's measures, column → (what it counts, clamp): those that are metrics."""
    found = []
    for column, (of, clamp) in measures.items():
        if column.endswith(_PERCENT_SUM):
            stem = column.removesuffix(_PERCENT_SUM)
            found.append(NoisedMetric(f"{stem}_ratio", column, f"{stem}_session_count", 100, 0.01))
        elif of not in ("accounts", "sessions") and not of.endswith("_measured"):
            found.append(NoisedMetric(of, column, "session_count", clamp[1] if clamp else 1))
    return found


@dataclass(frozen=True)
class Release:
    """Rows of one export (dicts), its metrics, and the most sessions an account has in a window."""

    rows: Sequence[Mapping[str, object]]
    metrics: Sequence[NoisedMetric]
    sessions_per_account: int


def analyse_released(releases: Iterable[Release], options: Options) -> list[Experiment]:
    """One scorecard an experiment that any release has told cells of."""
    releases = list(releases)
    names = {str(row["experiment"]) for each in releases for row in each.rows} - {"none"}
    return [_analyse_one(name, releases, options) for name in sorted(names)]


def _analyse_one(name: str, releases: list[Release], options: Options) -> Experiment:
    own = [_only(each, name) for each in releases]
    variants = sorted({str(row["variant"]) for each in own for row in each.rows})
    variants.sort(key=lambda variant: variant != (options.control or "control"))
    accounts = {variant: _accounts(own[0], variant) for variant in variants}
    pairs = list(combinations(variants, 2))
    compared = [_compared(own, pair, accounts, options.alpha) for pair in pairs]
    findings = iter(judge([each for every in compared for each in every], options.alpha, DAILY))
    ratio = _ratio(accounts, options)
    shown = [
        _pair(pair, ratio, [next(findings) for _ in every])
        for pair, every in zip(pairs, compared, strict=True)
    ]
    return Experiment(
        name, tuple(_size(each, accounts[each], own[0]) for each in variants), 0, 0, DAILY,
        options.alpha, ratio, tuple(shown) or (_alone(variants),), {}, (), tuple(_withheld(shown)),
    )  # fmt: skip


def _only(release: Release, experiment: str) -> Release:
    rows = [row for row in release.rows if row["experiment"] == experiment]
    told = [row for row in rows if row["account_count"] is not None]
    return Release(told, release.metrics, release.sessions_per_account)


def _compared(releases: list[Release], pair, accounts, alpha: float) -> list[Comparison]:
    found = []
    for release in releases:
        for metric in release.metrics:
            sides = [_side(release, metric, variant, accounts[variant]) for variant in pair]
            is_share = metric.most * metric.scale == 1
            found.append(compare(metric_named(metric.name, is_share=is_share), *sides, alpha))
    return found


def _side(release: Release, metric: NoisedMetric, variant: str, accounts: Sum) -> Side:
    rows = [row for row in release.rows if row["variant"] == variant]
    windows = len({row["window_start_date"] for row in rows})
    total, size = _sum(rows, metric.total), _sum(rows, metric.size)
    count = max(round(accounts.value), 0)
    if size.value <= 2 * math.sqrt(size.noise) or size.value < MINIMUM_ACCOUNTS:
        return Side(variant, min(count, MINIMUM_ACCOUNTS - 1), size.value, None)
    mean = min(max(total.value / size.value, 0.0), metric.most)
    sampling = release.sessions_per_account * windows * mean * (metric.most - mean) / size.value
    noise = (total.noise + mean**2 * size.noise) / size.value**2
    error = math.sqrt(sampling + noise) * metric.scale
    return Side(variant, count, size.value, Estimate(mean * metric.scale, error, max(count - 1, 1)))


def _sum(rows: Sequence[Mapping], column: str) -> Sum:
    told = [row for row in rows if row.get(column) is not None]
    noise = sum(float(row[column + _ERROR]) ** 2 for row in told)
    return Sum(float(sum(row[column] for row in told)), noise)


def _accounts(release: Release, variant: str) -> Sum:
    """Of the window with most: an account may be in several."""
    rows = [row for row in release.rows if row["variant"] == variant]
    windows = {row["window_start_date"] for row in rows}
    sums = [
        _sum([r for r in rows if r["window_start_date"] == each], "account_count")
        for each in windows
    ]
    return max(sums, key=lambda each: each.value, default=Sum(0.0, 0.0))


def _ratio(accounts: Mapping[str, Sum], options: Options):
    if len(accounts) < 2 or min(each.value for each in accounts.values()) < MINIMUM_ACCOUNTS:
        return None
    noise = max(each.noise for each in accounts.values())
    counts = {name: round(each.value) for name, each in accounts.items()}
    return sample_ratio(counts, options.split, noise=noise)


def _pair(pair: tuple[str, str], ratio, findings) -> Pair:
    if ratio is not None and not ratio.is_as_planned:
        reason = "The noised numbers of accounts do not fit the planned split."
        return Pair(*pair, withheld(reason), tuple(unjudged(findings)))
    return Pair(*pair, verdict(*pair, findings), tuple(findings))


def _alone(variants: list[str]) -> Pair:
    words = f"only {variants[0]} has cells with enough accounts" if variants else "no cell is told"
    return Pair("", "", withheld(f"There is nothing to compare: {words}."))


def _size(variant: str, accounts: Sum, release: Release) -> VariantSize:
    rows = [row for row in release.rows if row["variant"] == variant]
    sessions = round(max(_sum(rows, "session_count").value, 0))
    return VariantSize(variant, max(round(accounts.value), 0), sessions)


def _withheld(pairs: Sequence[Pair]) -> Iterable[tuple[str, str]]:
    for each in pairs:
        for finding in each.findings:
            if finding.comparison.withheld:
                yield finding.comparison.metric.label, finding.comparison.withheld
