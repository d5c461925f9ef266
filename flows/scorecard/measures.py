"""Compares one metric of one pair of variants from the sessions' columns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from flows.scorecard import metrics
from flows.scorecard.accounts import MINIMUM_ACCOUNTS, Split, Totals, totals
from flows.scorecard.comparison import Comparison, Look, Side, compare, look
from flows.scorecard.curves import CHECKPOINT_DAYS, Curve, survival_curve
from flows.scorecard.effects import Estimate, Sample, adjustment, estimate
from flows.scorecard.looks import Calendar, Looks, look_moments
from flows.scorecard.metrics import Metric, metric_named
from flows.scorecard.table import NUMERIC, Columns, Sessions


@dataclass(frozen=True)
class Measure:
    """One metric of all variants: its account totals, and its looks where days are known."""

    metric: Metric
    totals: Totals
    looks: Looks | None

    def compare(self, split: Split, pair: tuple[int, int], alpha: float) -> Comparison:
        """`pair` are the codes of control and treatment."""
        samples = self._samples(split, pair)
        sides = [_side(split, code, each) for code, each in zip(pair, samples, strict=True)]
        plain = compare(self.metric, *sides, alpha)
        if plain.effect is None or self.totals.covariates is None:
            return plain
        theta, centre = adjustment(*samples)
        moved = [
            replace(s, estimate=estimate(each, theta, centre))
            for s, each in zip(sides, samples, strict=True)
        ]
        adjusted = compare(self.metric, *moved, alpha)
        if adjusted.effect is None or theta == 0:
            return plain
        kept = (adjusted.effect.standard_error / plain.effect.standard_error) ** 2
        return replace(adjusted, variance_kept=kept)

    def history(
        self, split: Split, pair: tuple[int, int], alpha: float, days: Sequence[int]
    ) -> tuple[Look, ...]:
        """The looks, from the first with enough accounts on; without covariates."""
        found = []
        for number, day in enumerate(days):
            samples = [self.looks.sample(code, number) for code in pair]
            if None in samples:
                continue
            sides = [_side(split, code, each) for code, each in zip(pair, samples, strict=True)]
            found.append(look(int(day), *sides, alpha))
        return tuple(each for each in found if each is not None)

    def _samples(self, split: Split, pair: tuple[int, int]) -> list[Sample]:
        members = [split.variant_of == code for code in pair]
        centre = self._centre(members[0] | members[1])
        return [self.totals.sample(each, centre) for each in members]

    def _centre(self, members: np.ndarray) -> float:
        """What stands for a covariate that an account does not have: the others' mean."""
        if self.totals.covariates is None:
            return 0.0
        known = self.totals.covariates[members & (self.totals.sizes > 0)]
        known = known[~np.isnan(known)]
        return float(known.mean()) if len(known) else 0.0


def measure(sessions: Sessions, split: Split, columns: Columns, when: Calendar | None) -> Measure:
    """Reads the columns of one metric, one after the other, and adds them up."""
    values = sessions.numbers(columns.metric)[split.rows]
    known = values[~np.isnan(values)]
    is_share = columns.denominator is None and known.min(initial=0) >= 0
    is_share = is_share and known.max(initial=0) <= 1
    if columns.denominator is None:
        sizes = np.ones(len(values))
    else:
        sizes = sessions.numbers(columns.denominator)[split.rows]
        sizes = np.where(sizes < 0, np.nan, sizes)
    before = None if columns.covariate is None else sessions.numbers(columns.covariate)[split.rows]
    return Measure(
        metric_named(columns.metric, is_share=bool(is_share)),
        totals(split, values, sizes, before),
        None if when is None else look_moments(when, values, sizes),
    )


def curves(sessions: Sessions, split: Split) -> dict[int, Curve]:
    """variant code → its curve, all up to the same checkpoint; empty without two checkpoints."""
    present = [(f"code_survival_{name}_ratio", days) for name, days in CHECKPOINT_DAYS.items()]
    present = [each for each in present if sessions.kinds.get(each[0]) == NUMERIC]
    if len(present) < 2:
        return {}
    ratios = np.stack([sessions.numbers(name)[split.rows] for name, _ in present], axis=1)
    codes = split.variant_of[split.accounts]
    members = {code: codes == code for code in range(len(split.variants))}
    days = [each for _, each in present]

    def curve(code: int, kept: int) -> Curve | None:
        rows = members[code]
        accounts = split.accounts[rows]
        return survival_curve(ratios[rows][:, :kept], days[:kept], accounts, MINIMUM_ACCOUNTS)

    found = {code: curve(code, len(days)) for code in members}
    found = {code: each for code, each in found.items() if each}
    common = min((len(each.days) for each in found.values()), default=0)
    if common < 2:
        return {}
    is_long = {code: len(each.days) > common for code, each in found.items()}
    return {c: curve(c, common) if is_long[c] else each for c, each in found.items()}


def compare_curves(
    split: Split, found: dict[int, Curve], pair: tuple[int, int], alpha: float
) -> Comparison | None:
    """The restricted mean survival of a pair; None where one of the two has no curve."""
    if not set(pair) <= set(found):
        return None
    horizon = found[pair[0]].days[-1]
    label = f"Days that code lives, of the first {horizon:g}"
    metric = replace(metric_named(metrics.RESTRICTED_MEAN), label=label)
    return compare(metric, *(_curve_side(split, code, found[code]) for code in pair), alpha)


def _curve_side(split: Split, code: int, curve: Curve) -> Side:
    value = Estimate(curve.mean_days, curve.mean_error, curve.accounts - 1)
    return Side(split.variants[code], curve.accounts, float(curve.sessions[0]), value)


def _side(split: Split, code: int, sample: Sample) -> Side:
    is_enough = sample.accounts >= MINIMUM_ACCOUNTS
    value = estimate(sample) if is_enough else None
    return Side(split.variants[code], sample.accounts, sample.sizes, value)
