"""What is known about a metric: which way is good, whether it guards, how it is shown.

A metric that is not listed is compared on both sides and called neither better nor worse.
"""

from dataclasses import dataclass

UP, DOWN, NEITHER = "higher", "lower", "none"
GOAL, GUARDRAIL, CONTEXT = "goal", "guardrail", "context"
SHARE, NUMBER, DAYS = "share", "number", "days"

RESTRICTED_MEAN = "code_survival_restricted_mean_days"
_AFFIXES = ("is_", "has_", "bit_", "user_")


@dataclass(frozen=True)
class Metric:
    """`better` is higher, lower or none; `role` goal, guardrail or context; `unit` how to show."""

    name: str
    label: str
    better: str = NEITHER
    role: str = CONTEXT
    unit: str = NUMBER


_LISTED = {
    metric.name: metric
    for metric in (
        Metric(RESTRICTED_MEAN, "Days that code lives, of the first 28", UP, GOAL, DAYS),
        Metric("code_survival", "Code still alive", UP, GOAL, SHARE),
        Metric("code_survival_1h_ratio", "Code alive after 1 hour", UP, GOAL, SHARE),
        Metric("code_survival_1d_ratio", "Code alive after 1 day", UP, GOAL, SHARE),
        Metric("code_survival_7d_ratio", "Code alive after 7 days", UP, GOAL, SHARE),
        Metric("code_survival_14d_ratio", "Code alive after 14 days", UP, GOAL, SHARE),
        Metric("code_survival_28d_ratio", "Code alive after 28 days", UP, GOAL, SHARE),
        Metric("satisfied", "Sessions with a satisfied user", UP, GOAL, SHARE),
        Metric("plan_approved", "Sessions with an approved plan", UP, GOAL, SHARE),
        Metric("dissatisfied", "Sessions with a dissatisfied user", DOWN, GUARDRAIL, SHARE),
        Metric("task_accomplished", "Sessions that did what was asked", UP, GOAL, SHARE),
        Metric("danger_flagged", "Sessions flagged as dangerous", DOWN, GUARDRAIL, SHARE),
        Metric("interrupted", "Sessions interrupted by the user", DOWN, GUARDRAIL, SHARE),
        Metric("interruption_count", "Interruptions a session", DOWN, GUARDRAIL),
        Metric("tool_rejected", "Sessions with a rejected tool call", DOWN, GUARDRAIL, SHARE),
        Metric("tool_rejection_count", "Rejected tool calls a session", DOWN, GUARDRAIL),
        Metric("plan_rejected", "Sessions with a rejected plan", DOWN, GUARDRAIL, SHARE),
        Metric("api_error", "Sessions with an API error", DOWN, GUARDRAIL, SHARE),
        Metric("tool_error", "Sessions with a tool error", DOWN, GUARDRAIL, SHARE),
        Metric("tool_error_count", "Tool errors a session", DOWN, GUARDRAIL),
        Metric("correction", "Sessions in which the user corrected the agent", DOWN, GOAL, SHARE),
        Metric("repeat_request", "Sessions with a repeated request", DOWN, GOAL, SHARE),
        Metric("repeated_prompt", "Sessions with a prompt repeated in words", DOWN, GOAL, SHARE),
        Metric("too_complicated", "Sessions found too complicated", DOWN, GOAL, SHARE),
        Metric("too_simple_or_incomplete", "Sessions found incomplete", DOWN, GOAL, SHARE),
        Metric("remember_request", "Sessions asking to remember", unit=SHARE),
        Metric("memory_requested", "Sessions with a memory note", unit=SHARE),
        Metric("turn_count", "Prompts a session"),
        Metric("output_token_count", "Tokens written a session"),
        Metric("lines_added_count", "Lines added a session"),
        Metric("lines_removed_count", "Lines removed a session"),
        Metric("active_seconds", "Seconds of work a session"),
    )
}
_SYNONYMS = {
    "interruptions": "interruption_count",
    "rejections": "tool_rejection_count",
    "rejected": "tool_rejected",
    "errors": "tool_error_count",
    "error": "tool_error",
    "corrected": "correction",
    "repeated": "repeat_request",
    "dangerous": "danger_flagged",
    "survival": "code_survival",
    "survival_ratio": "code_survival",
    "code_survival_ratio": "code_survival",
}


def metric_named(name: str, *, is_share: bool = False) -> Metric:
    """What is known of the metric `name`; `is_share` where its values are shares (0 … 1)."""
    known = _LISTED.get(name) or _LISTED.get(_stem(name))
    unit = SHARE if is_share else NUMBER
    if known is None:
        return Metric(name, name.replace("_", " "), unit=unit)
    fits = known.unit != SHARE or is_share
    label = known.label if fits else name.replace("_", " ")
    return Metric(name, label, known.better, known.role, known.unit if fits else unit)


def _stem(name: str) -> str:
    stem = name
    for affix in _AFFIXES:
        stem = stem.removeprefix(affix)
    return _SYNONYMS.get(stem, stem)
