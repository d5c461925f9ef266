"""All metrics of a pair of variants, corrected together, each with its standing."""

from dataclasses import dataclass, replace

from flows.scorecard import metrics
from flows.scorecard.comparison import (
    BETTER,
    CHANGED,
    GUARDRAIL_MARGIN,
    HARMED,
    SAFE,
    UNCLEAR,
    WITHHELD,
    WORSE,
    Comparison,
)
from flows.scorecard.corrections import benjamini_hochberg, holm

ONCE, DAILY = "once", "daily"


@dataclass(frozen=True)
class Finding:
    """A comparison with the p-values corrected over all metrics and pairs of the experiment.

    `standing` is better, worse, changed (a metric without direction), unclear or withheld;
    `guardrail` is harmed, safe or unclear, None for other metrics.
    """

    comparison: Comparison
    standing: str
    guardrail: str | None
    p_holm: float | None = None
    p_bh: float | None = None
    always_valid_p_holm: float | None = None


def judge(comparisons: list[Comparison], alpha: float, rule: str) -> list[Finding]:
    """`rule` is once (one look: fixed-horizon intervals) or daily (always-valid ones decide)."""
    shown = [each for each in comparisons if each.effect is not None]
    fixed = [each.effect.p_value for each in shown]
    always = [each.always_valid.p_value for each in shown]
    corrected = zip(holm(fixed), benjamini_hochberg(fixed), holm(always), strict=True)
    found = {id(each): values for each, values in zip(shown, corrected, strict=True)}
    return [_finding(each, found.get(id(each)), alpha, rule) for each in comparisons]


def unjudged(findings: list[Finding]) -> list[Finding]:
    """The same figures without a word on better or worse: the verdict is withheld."""
    return [replace(each, standing=WITHHELD, guardrail=None) for each in findings]


def _finding(comparison: Comparison, corrected, alpha: float, rule: str) -> Finding:
    is_guard = comparison.metric.role == metrics.GUARDRAIL
    if corrected is None:
        return Finding(comparison, WITHHELD, UNCLEAR if is_guard else None)
    p_decisive = corrected[2] if rule == DAILY else corrected[0]
    return Finding(
        comparison,
        _standing(comparison, p_decisive < alpha),
        _guardrail(comparison, rule) if is_guard else None,
        *corrected,
    )


def _standing(comparison: Comparison, is_shown: bool) -> str:
    if not is_shown:
        return UNCLEAR
    if comparison.metric.better == metrics.NEITHER:
        return CHANGED
    is_up = comparison.effect.difference > 0
    return BETTER if is_up == (comparison.metric.better == metrics.UP) else WORSE


def _guardrail(comparison: Comparison, rule: str) -> str:
    """Harmed where the interval, uncorrected, lies on the bad side; safe where it rules out a
    change for the worse of more than the margin."""
    interval = comparison.always_valid if rule == DAILY else comparison.effect
    sign = 1 if comparison.metric.better == metrics.DOWN else -1
    least, most = sorted((sign * interval.low, sign * interval.high))
    if least > 0:
        return HARMED
    if interval.relative_low is None:
        return SAFE if most <= 0 else UNCLEAR
    worst = max(sign * interval.relative_low, sign * interval.relative_high)
    return SAFE if worst <= GUARDRAIL_MARGIN else UNCLEAR
