"""The verdict on a pair of variants, in one word and in sentences."""

from dataclasses import dataclass

from flows.scorecard import words
from flows.scorecard.comparison import (
    BETTER,
    CHANGED,
    GUARDRAIL_MARGIN,
    HARMED,
    SAFE,
    UNCLEAR,
    WITHHELD,
    WORSE,
)
from flows.scorecard.pairs import Finding

MIXED = "mixed"
_MOST_NAMED = 4


@dataclass(frozen=True)
class Verdict:
    """`outcome` is better, worse, mixed, changed, unclear or withheld (of the treatment)."""

    outcome: str
    headline: str
    sentences: tuple[str, ...] = ()


def withheld(reason: str) -> Verdict:
    return Verdict(WITHHELD, "No verdict", (reason,))


def verdict(control: str, treatment: str, findings: list[Finding]) -> Verdict:
    """Of findings that are fit to be judged: the sample ratio is as planned."""
    shown = [each for each in findings if each.comparison.effect is not None]
    if not shown:
        reasons = sorted({each.comparison.withheld for each in findings})
        return withheld(f"No metric can be compared: {words.listed(reasons)}.")
    groups = {
        standing: [each for each in shown if each.standing == standing]
        for standing in (BETTER, WORSE, CHANGED)
    }
    harmed = [each for each in shown if each.guardrail == HARMED and each.standing != WORSE]
    outcome = _outcome(groups, harmed)
    sentences = [
        *_clause("Better", groups[BETTER]),
        *_clause("Worse", groups[WORSE]),
        *_clause("Guardrail moved the wrong way", harmed),
        *_clause("Changed, neither for better nor worse", groups[CHANGED]),
        *_guard_sentence(shown, harmed),
        *_limits(shown, outcome),
    ]
    return Verdict(outcome, _headline(outcome, control, treatment), tuple(sentences))


def _outcome(groups: dict[str, list[Finding]], harmed: list[Finding]) -> str:
    is_bad = bool(groups[WORSE] or harmed)
    if groups[BETTER]:
        return MIXED if is_bad else BETTER
    if is_bad:
        return WORSE
    return CHANGED if groups[CHANGED] else UNCLEAR


def _headline(outcome: str, control: str, treatment: str) -> str:
    return {
        BETTER: f"{treatment} is better than {control}",
        WORSE: f"{treatment} is worse than {control}",
        MIXED: f"{treatment} is better than {control} in some ways and worse in others",
        CHANGED: f"{treatment} differs from {control}",
        UNCLEAR: f"No difference between {treatment} and {control} is shown",
    }[outcome]


def _clause(opening: str, findings: list[Finding]) -> list[str]:
    if not findings:
        return []
    moved = [_moved(each) for each in findings[:_MOST_NAMED]]
    more = len(findings) - len(moved)
    return [f"{opening}: {words.listed(moved + ([f'{more} more'] if more else []))}."]


def _moved(finding: Finding) -> str:
    comparison = finding.comparison
    metric, effect = comparison.metric, comparison.effect
    values = [
        words.value(metric, s.estimate.value) for s in (comparison.control, comparison.treatment)
    ]
    change = words.percent(effect.relative, signed=True)
    if effect.relative is None:
        change = words.change(metric, effect.difference)
    return f"{metric.label.lower()} ({values[0]} → {values[1]}, {change})"


def _guard_sentence(shown: list[Finding], harmed: list[Finding]) -> list[str]:
    guards = [each for each in shown if each.guardrail is not None]
    broken = [each for each in guards if each.guardrail == HARMED]
    if not guards or broken:
        return []
    safe = sum(each.guardrail == SAFE for each in guards)
    margin = words.percent(GUARDRAIL_MARGIN).replace(".0", "")
    if safe == len(guards):
        return [f"All {safe} guardrails hold: none got worse by more than {margin}."]
    return [
        f"No guardrail is shown to be harmed; for {safe} of {len(guards)} a harm of more than"
        f" {margin} is ruled out."
    ]


def _limits(shown: list[Finding], outcome: str) -> list[str]:
    """What the experiment could have seen, where it saw nothing."""
    first = shown[0].comparison
    size = first.effect.relative_detectable
    if outcome != UNCLEAR or size is None:
        return []
    label = first.metric.label.lower()
    if size > 1:
        return [f"There are too few accounts to see even a doubling in {label}."]
    return [
        f"With these accounts a true change of {words.percent(size)} in {label} would be found"
        " four times out of five."
    ]
