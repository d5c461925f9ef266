"""Intervals that hold however often one looks: a normal mixture over the effect.

With n accounts and the mixture's variance ρ² (in units of one account's variance) the likelihood
ratio of a z-score is (1+nρ²)^(-½)·exp(z²/2·nρ²/(1+nρ²)); it exceeds 1/α at any look with
probability α at most (Robbins 1970; Johari et al. 2017, mSPRT; Waudby-Smith et al. 2024,
asymptotic confidence sequences, whose ρ for the tightest interval at n* accounts is used).
"""

import math

TUNED_ACCOUNTS = 1_000


def mixture(accounts: int, alpha: float, tuned: int = TUNED_ACCOUNTS) -> float:
    """nρ², with ρ² fixed before the data: the interval is tightest at `tuned` accounts."""
    spent = -2 * math.log(alpha)
    return accounts * (spent + math.log(spent + 1)) / tuned


def multiple(accounts: int, alpha: float, tuned: int = TUNED_ACCOUNTS) -> float:
    """How many standard errors the always-valid interval reaches, 3.0 at best for α = 5 %."""
    prior = mixture(accounts, alpha, tuned)
    return math.sqrt((prior + 1) / prior * (math.log(prior + 1) - 2 * math.log(alpha)))


def always_valid_p(score: float, accounts: int, alpha: float, tuned: int = TUNED_ACCOUNTS) -> float:
    """The p-value of a z-score at this look; its least over all looks so far is valid too."""
    prior = mixture(accounts, alpha, tuned)
    log_ratio = score**2 / 2 * prior / (1 + prior) - math.log1p(prior) / 2
    return math.exp(-max(log_ratio, 0.0))
