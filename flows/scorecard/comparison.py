"""One metric of two variants, with every figure that a verdict needs, or the reason for none."""

from dataclasses import dataclass

from flows.scorecard import sequences
from flows.scorecard.accounts import MINIMUM_ACCOUNTS
from flows.scorecard.effects import Effect, Estimate, effect, relative_interval
from flows.scorecard.metrics import Metric

BETTER, WORSE, CHANGED, UNCLEAR, WITHHELD = "better", "worse", "changed", "unclear", "withheld"
HARMED, SAFE = "harmed", "safe"
GUARDRAIL_MARGIN = 0.05
_NOISE_FLOOR = 1e-9


@dataclass(frozen=True)
class Side:
    """One variant's part: its accounts, the size (sessions or denominator), value and error."""

    variant: str
    accounts: int
    size: float
    estimate: Estimate | None


@dataclass(frozen=True)
class AlwaysValid:
    """An interval that holds at every look, absolute and relative, and its p-value."""

    low: float
    high: float
    relative_low: float | None
    relative_high: float | None
    p_value: float


@dataclass(frozen=True)
class Look:
    """The comparison as it stood at the end of `day` (days since 1970-01-01)."""

    day: int
    difference: float
    low: float
    high: float
    relative: float | None
    relative_low: float | None
    relative_high: float | None


@dataclass(frozen=True)
class Comparison:
    """`withheld` gives the reason where `effect` and `always_valid` are None.

    `variance_kept` is the share of variance left by the covariate, None without one.
    """

    metric: Metric
    control: Side
    treatment: Side
    effect: Effect | None = None
    always_valid: AlwaysValid | None = None
    withheld: str | None = None
    variance_kept: float | None = None
    looks: tuple[Look, ...] = ()


def compare(
    metric: Metric, control: Side, treatment: Side, alpha: float, accounts: int | None = None
) -> Comparison:
    """`accounts` is the clock of the always-valid interval; both sides' accounts by default."""
    reason = _reason_to_withhold(control, treatment)
    if reason:
        return Comparison(metric, _hidden(control), _hidden(treatment), withheld=reason)
    found = effect(control.estimate, treatment.estimate, alpha)
    clock = control.accounts + treatment.accounts if accounts is None else accounts
    return Comparison(
        metric, control, treatment, found, always_valid(control, treatment, found, clock, alpha)
    )


def always_valid(
    control: Side, treatment: Side, found: Effect, clock: int, alpha: float
) -> AlwaysValid:
    multiple = sequences.multiple(clock, alpha)
    half = multiple * found.standard_error
    relative = relative_interval(control.estimate, treatment.estimate, alpha, multiple)
    score = found.difference / found.standard_error
    return AlwaysValid(
        found.difference - half,
        found.difference + half,
        *relative[1:],
        sequences.always_valid_p(score, clock, alpha),
    )


def look(day: int, control: Side, treatment: Side, alpha: float) -> Look | None:
    """None while there is too little to say."""
    found = compare(_ANY, control, treatment, alpha)
    if found.effect is None:
        return None
    interval = found.always_valid
    return Look(
        day,
        found.effect.difference,
        interval.low,
        interval.high,
        found.effect.relative,
        interval.relative_low,
        interval.relative_high,
    )


_ANY = Metric("look", "look")


def _reason_to_withhold(control: Side, treatment: Side) -> str | None:
    for side in (control, treatment):
        if side.accounts == 0:
            return f"nothing was measured for {side.variant}"
        if side.accounts < MINIMUM_ACCOUNTS or side.estimate is None:
            return f"{side.variant} has fewer than {MINIMUM_ACCOUNTS} accounts with a value"
    values = [abs(each.estimate.value) for each in (control, treatment)]
    errors = [each.estimate.standard_error for each in (control, treatment)]
    if max(errors) <= _NOISE_FLOOR * max(*values, _NOISE_FLOOR):
        return "no variance: every account has the same value"
    return None


def _hidden(side: Side) -> Side:
    """A side whose value is not shown; a small number of accounts is not shown either."""
    accounts = side.accounts if side.accounts >= MINIMUM_ACCOUNTS else 0
    return Side(side.variant, accounts, side.size if accounts else 0.0, None)
