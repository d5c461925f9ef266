"""Whether the variants got the accounts that they should have: if not, no comparison holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.policy.errors import WinnowError

# A true split raises the alarm once in 1,000 experiments (Fabijan et al. 2019).
ALARM = 0.001


@dataclass(frozen=True)
class SampleRatio:
    """Pearson's χ² of accounts against the planned shares; `planned` is variant → share."""

    chi_square: float
    degrees: int
    p_value: float
    planned: dict[str, float]

    @property
    def is_as_planned(self) -> bool:
        return self.p_value >= ALARM


def sample_ratio(
    accounts: Mapping[str, int], split: Mapping[str, float] | None, noise: float = 0.0
) -> SampleRatio:
    """`accounts` is variant → number, of at least two; without `split` equal shares are planned.

    `noise` is the variance of noise on each number: it makes the test milder.

    Raises WinnowError (exit code 2) where the split does not name the variants of the data.
    """
    from scipy.special import chdtrc

    planned = _shares(accounts, split)
    total = sum(accounts.values())
    chi_square = sum(
        (count - total * planned[name]) ** 2 / (total * planned[name] + noise)
        for name, count in accounts.items()
    )
    degrees = len(accounts) - 1
    return SampleRatio(chi_square, degrees, float(chdtrc(degrees, chi_square)), planned)


def _shares(accounts: Mapping[str, int], split: Mapping[str, float] | None) -> dict[str, float]:
    if split is None:
        return {name: 1 / len(accounts) for name in accounts}
    if set(split) != set(accounts) or not all(0 < share < float("inf") for share in split.values()):
        raise WinnowError(
            "the planned split does not give every variant of the data a share above zero",
            remedy="write --split NAME=SHARE,NAME=SHARE with exactly the variants of the data",
            exit_code=2,
        )
    total = sum(split.values())
    return {name: split[name] / total for name in accounts}
