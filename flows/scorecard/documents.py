"""The scorecard as one JSON document: what machines read, and what the page is made from."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta

from flows.scorecard import words
from flows.scorecard.accounts import MINIMUM_ACCOUNTS
from flows.scorecard.analysis import Experiment, Pair
from flows.scorecard.comparison import Comparison, Look, Side
from flows.scorecard.curves import Curve
from flows.scorecard.pairs import DAILY, Finding
from flows.scorecard.sequences import TUNED_ACCOUNTS
from flows.scorecard.summaries import Rates

FORMAT = 1
_EPOCH = date(1970, 1, 1)
_Z = 1.959964


def document(experiments: Sequence[Experiment], source: str, notes: Sequence[str] = ()) -> dict:
    """`source` says where the sessions came from; `notes` what else a reader has to know."""
    return {
        "format": FORMAT,
        "source": source,
        "minimum_accounts": MINIMUM_ACCOUNTS,
        "notes": list(notes),
        "experiments": [_experiment(each) for each in experiments],
    }


def _experiment(each: Experiment) -> dict:
    return {
        "experiment": each.name,
        "confidence": 1 - each.alpha,
        "decision_rule": each.rule,
        "decided_by": _decided_by(each.rule),
        "variants": [asdict(size) for size in each.variants],
        "crossover_accounts": each.crossed,
        "left_out_sessions": each.left_out,
        "sample_ratio": _ratio(each),
        "pairs": [_pair(pair) for pair in each.pairs],
        "survival_curves": [_curve(name, curve) for name, curve in each.curves.items()],
        "daily_rates": [_rates(rates) for rates in each.rates],
        "withheld": [{"what": what, "why": why} for what, why in each.withheld],
    }


def _decided_by(rule: str) -> str:
    if rule == DAILY:
        return (
            "always-valid intervals (normal mixture, tightest at"
            f" {TUNED_ACCOUNTS:,} accounts), Holm over all metrics and pairs"
        )
    return "fixed-horizon intervals (Welch's t on accounts), Holm over all metrics and pairs"


def _ratio(each: Experiment) -> dict | None:
    return each.ratio and asdict(each.ratio) | {"is_as_planned": each.ratio.is_as_planned}


def _pair(pair: Pair) -> dict:
    return {
        "control": pair.control,
        "treatment": pair.treatment,
        "verdict": asdict(pair.verdict),
        "metrics": [_finding(each) for each in pair.findings],
    }


def _finding(finding: Finding) -> dict:
    comparison = finding.comparison
    return {
        **asdict(comparison.metric),
        "metric": comparison.metric.name,
        "standing": finding.standing,
        "guardrail": finding.guardrail,
        "withheld": comparison.withheld,
        "control": _side(comparison.control),
        "treatment": _side(comparison.treatment),
        **_effect(comparison),
        "p_holm": finding.p_holm,
        "p_benjamini_hochberg": finding.p_bh,
        "always_valid_p_holm": finding.always_valid_p_holm,
        "covariate": _covariate(comparison),
        "looks": [_look(each) for each in comparison.looks],
        "shown": _shown(comparison),
    }


def _side(side: Side) -> dict:
    is_known = side.estimate is not None
    return {
        "accounts": side.accounts or None,
        "size": side.size or None,
        "value": side.estimate.value if is_known else None,
        "standard_error": side.estimate.standard_error if is_known else None,
    }


def _effect(comparison: Comparison) -> dict:
    effect, always = comparison.effect, comparison.always_valid
    if effect is None:
        names = ("absolute", "relative", "always_valid", "p_value", "minimum_detectable_effect")
        return dict.fromkeys(names)
    return {
        "absolute": {
            "difference": effect.difference,
            "standard_error": effect.standard_error,
            "low": effect.low,
            "high": effect.high,
        },
        "relative": _relative(effect.relative, effect.relative_low, effect.relative_high),
        "p_value": effect.p_value,
        "always_valid": {
            "low": always.low,
            "high": always.high,
            "relative": _relative(effect.relative, always.relative_low, always.relative_high),
            "p_value": always.p_value,
        },
        "minimum_detectable_effect": {
            "absolute": effect.detectable,
            "relative": effect.relative_detectable,
        },
    }


def _relative(change: float | None, low: float | None, high: float | None) -> dict | None:
    return None if low is None else {"change": change, "low": low, "high": high}


def _covariate(comparison: Comparison) -> dict | None:
    kept = comparison.variance_kept
    return None if kept is None else {"method": "cuped", "variance_removed": 1 - kept}


def _look(look: Look) -> dict:
    return {
        "date": _day(look.day),
        "difference": look.difference,
        "low": look.low,
        "high": look.high,
        "relative": _relative(look.relative, look.relative_low, look.relative_high),
    }


def _shown(comparison: Comparison) -> dict:
    """The same figures in words."""
    metric, effect = comparison.metric, comparison.effect
    sides = {
        name: words.value(metric, side.estimate.value if side.estimate else None)
        for name, side in (("control", comparison.control), ("treatment", comparison.treatment))
    }
    if effect is None:
        return sides
    return sides | {
        "difference": words.change(metric, effect.difference),
        "difference_interval": _between(
            words.change(metric, effect.low), words.change(metric, effect.high)
        ),
        "relative": words.percent(effect.relative, signed=True),
        "relative_interval": _between(
            words.percent(effect.relative_low, signed=True),
            words.percent(effect.relative_high, signed=True),
        ),
        "detectable": words.percent(effect.relative_detectable),
        "p_value": words.p_value(effect.p_value),
    }


def _between(low: str, high: str) -> str:
    return "–" if low == "–" else f"{low} to {high}"


def _curve(name: str, curve: Curve) -> dict:
    points = zip(curve.days, curve.alive, curve.errors, curve.sessions, strict=True)
    return {
        "variant": name,
        "accounts": curve.accounts,
        "restricted_mean_days": curve.mean_days,
        "restricted_mean_standard_error": curve.mean_error,
        "horizon_days": curve.days[-1],
        "points": [
            {
                "days": days,
                "alive": alive,
                "low": max(alive - _Z * error, 0.0),
                "high": min(alive + _Z * error, 1.0),
                "sessions": sessions,
            }
            for days, alive, error, sessions in points
        ],
    }


def _rates(rates: Rates) -> dict:
    return {
        "metric": rates.metric.name,
        "label": rates.metric.label,
        "unit": rates.metric.unit,
        "dates": [_day(day) for day in rates.days],
        "values": {name: list(values) for name, values in rates.values.items()},
    }


def _day(number: int) -> str:
    return str(_EPOCH + timedelta(days=number))
