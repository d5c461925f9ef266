"""One metric of two variants: means or ratios, their difference, both with intervals.

The unit is the account. A metric is a sum over a size (sessions, or a denominator) per variant,
R = ΣS/ΣN, and its variance comes from the accounts' deviations S_i − R·N_i (delta method; Deng et
al. 2018, "Applying the Delta Method in Metric Analytics"). A covariate from before the assignment
takes out what was different already (CUPED; Deng et al. 2013).
"""

import math
from dataclasses import dataclass

import numpy as np

POWER = 0.8


@dataclass(frozen=True)
class Sample:
    """Account-level moments of one metric in one variant.

    `means` of (sum, size, covariate) and their sample covariance, shape (3, 3); `sizes` is ΣN.
    """

    accounts: int
    sizes: float
    means: np.ndarray
    covariance: np.ndarray

    @classmethod
    def of(cls, sums: np.ndarray, sizes: np.ndarray, covariates: np.ndarray | None) -> "Sample":
        """From one number an account each; without covariates they are zero."""
        third = np.zeros_like(sums) if covariates is None else covariates
        columns = np.stack([sums, sizes, third])
        covariance = np.cov(columns) if len(sums) > 1 else np.zeros((3, 3))
        means = columns.mean(axis=1) if len(sums) else np.zeros(3)
        return cls(len(sums), float(sizes.sum()), means, covariance)

    @property
    def ratio(self) -> float:
        return float(self.means[0] / self.means[1])

    def gradient(self, theta: float) -> np.ndarray:
        """Of the adjusted ratio R − θ·X̄ in (sum, size, covariate)."""
        size = self.means[1]
        return np.array([1 / size, -self.means[0] / size**2, -theta])


@dataclass(frozen=True)
class Estimate:
    """A value, its standard error, and the degrees of freedom that the error was made from."""

    value: float
    standard_error: float
    degrees: float


@dataclass(frozen=True)
class Effect:
    """Treatment minus control. Relative figures are None where the control's value forbids them."""

    difference: float
    standard_error: float
    low: float
    high: float
    p_value: float
    relative: float | None
    relative_low: float | None
    relative_high: float | None
    detectable: float
    relative_detectable: float | None


def estimate(sample: Sample, theta: float = 0.0, centre: float = 0.0) -> Estimate:
    """The ratio, moved to where it would be were the covariate's mean `centre`."""
    gradient = sample.gradient(theta)
    variance = float(gradient @ sample.covariance @ gradient) / sample.accounts
    value = sample.ratio - theta * (float(sample.means[2]) - centre)
    return Estimate(value, math.sqrt(max(variance, 0.0)), sample.accounts - 1)


def adjustment(first: Sample, second: Sample) -> tuple[float, float]:
    """(θ, centre) of CUPED from both variants together; θ = 0 where nothing varies."""
    both = pooled(first, second)
    spread = both.covariance[2, 2]
    centre = float(both.means[2])
    if spread <= 1e-12 * max(centre**2, 1e-300):
        return 0.0, centre
    gradient = both.gradient(0.0)
    return float(gradient @ both.covariance[:, 2] / spread), centre


def pooled(first: Sample, second: Sample) -> Sample:
    """Both samples as one (Chan et al. 1979)."""
    count = first.accounts + second.accounts
    gap = second.means - first.means
    squares = (
        first.covariance * (first.accounts - 1)
        + second.covariance * (second.accounts - 1)
        + np.outer(gap, gap) * first.accounts * second.accounts / count
    )
    means = first.means + gap * second.accounts / count
    return Sample(count, first.sizes + second.sizes, means, squares / (count - 1))


def effect(control: Estimate, treatment: Estimate, alpha: float) -> Effect:
    """Welch's t on the difference, and the same on logarithms for the relative effect."""
    from scipy.special import stdtr, stdtrit

    difference = treatment.value - control.value
    error = math.hypot(control.standard_error, treatment.standard_error)
    degrees = _welch(control, treatment)
    half = float(stdtrit(degrees, 1 - alpha / 2)) * error
    relative = relative_interval(control, treatment, alpha)
    detectable = detectable_difference(error, alpha)
    can_scale = relative[0] is not None
    return Effect(
        difference,
        error,
        difference - half,
        difference + half,
        float(2 * stdtr(degrees, -abs(difference) / error)),
        *relative,
        detectable,
        detectable / abs(control.value) if can_scale else None,
    )


def detectable_difference(error: float, alpha: float) -> float:
    """The smallest true difference that is found with a power of 80 % at this standard error."""
    from scipy.special import ndtri

    return float(ndtri(1 - alpha / 2) + ndtri(POWER)) * error


def relative_interval(
    control: Estimate, treatment: Estimate, alpha: float, multiple: float | None = None
) -> tuple[float | None, float | None, float | None]:
    """(relative effect, low, high) on the logarithmic scale; `multiple` replaces the t quantile.

    None where a value is not above zero: a ratio to nothing, or across a sign, says nothing.
    """
    from scipy.special import stdtrit

    if control.value <= 0 or treatment.value <= 0:
        return None, None, None
    logs = [
        Estimate(0.0, each.standard_error / each.value, each.degrees)
        for each in (control, treatment)
    ]
    error = math.hypot(*(each.standard_error for each in logs))
    if multiple is None:
        multiple = float(stdtrit(_welch(*logs), 1 - alpha / 2))
    if multiple * error > 50:
        return None, None, None
    ratio, factor = treatment.value / control.value, math.exp(multiple * error)
    return ratio - 1, ratio / factor - 1, ratio * factor - 1


def _welch(first: Estimate, second: Estimate) -> float:
    """Satterthwaite's degrees of freedom; a side without variance adds none."""
    parts = [each.standard_error**2 for each in (first, second)]
    total = sum(parts)
    if total == 0:
        return first.degrees + second.degrees
    shares = (
        (part / total) ** 2 / each.degrees
        for part, each in zip(parts, (first, second), strict=True)
    )
    return 1 / sum(shares)
