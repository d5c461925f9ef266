"""How often the scorecard is wrong, by simulation. Prints a table.

    python -m tests.benchmarks.scorecard_simulation [--experiments 2000]

False positives: A/A experiments with 2, 8 and 20 sessions an account, whose accounts differ; beside
them a test that takes sessions for independent. Power: against the normal theory of the true
variance. Always-valid intervals: the share of experiments in which the interval held the truth at
every one of 28 daily looks, for accounts that arrive all at once or day by day.
"""

import argparse
from math import erf, sqrt

import numpy as np
from scipy.special import ndtri

from flows.scorecard.accounts import Split
from flows.scorecard.comparison import Side, look
from flows.scorecard.effects import Sample, effect, estimate
from flows.scorecard.looks import calendar, look_moments

ALPHA = 0.05
LOOKS = 28


def false_positives(rng, experiments: int, sessions: int, accounts: int = 400) -> tuple:
    """(share called significant by accounts, the same by sessions taken as independent)."""
    by_account = by_session = 0
    for _ in range(experiments):
        sides = [_binary(rng, accounts // 2, sessions) for _ in range(2)]
        estimates = [estimate(Sample.of(sums, sizes, None)) for sums, sizes in sides]
        by_account += effect(*estimates, ALPHA).p_value < ALPHA
        by_session += _naive_p(sides) < ALPHA
    return by_account / experiments, by_session / experiments


def power(rng, experiments: int, target: float, accounts: int = 400) -> tuple:
    """(share found, theory) at the difference that theory finds with the power `target`."""
    sessions, within = 8, 1.5
    error = sqrt(2 * (1 + within**2 / sessions) / (accounts / 2))
    shift = (ndtri(1 - ALPHA / 2) + ndtri(target)) * error
    found = 0
    for _ in range(experiments):
        estimates = [_continuous(rng, accounts // 2, sessions, within, d) for d in (0.0, shift)]
        found += effect(*estimates, ALPHA).p_value < ALPHA
    return found / experiments, _normal(shift / error - ndtri(1 - ALPHA / 2))


def coverage(rng, experiments: int, accounts: int, arrive: str, spread: float = 1.0) -> tuple:
    """(share of experiments whose always-valid intervals held the truth at all looks, the same of
    fixed-horizon intervals). `spread` is how much accounts differ, sessions of one differ by 1."""
    shift = 0.3
    held = fixed = 0
    for _ in range(experiments):
        looks = _experiment_looks(rng, accounts, arrive, spread, shift)
        held += all(each.low <= shift <= each.high for each in looks["always"])
        fixed += all(low <= shift <= high for low, high in looks["fixed"])
    return held / experiments, fixed / experiments


def _experiment_looks(rng, accounts: int, arrive: str, spread: float, shift: float) -> dict:
    first = rng.integers(0, LOOKS, accounts) if arrive == "daily" else np.zeros(accounts, int)
    counts = 1 + rng.poisson(7, accounts)
    account = np.repeat(np.arange(accounts, dtype=np.int32), counts)
    days = first[account] + (rng.random(len(account)) * (LOOKS - first[account])).astype(int)
    variant = rng.permutation(np.arange(accounts) % 2).astype(np.int8)
    trait = spread * rng.normal(size=accounts)
    values = trait[account] + rng.normal(size=len(account)) + shift * variant[account]
    rows = np.arange(len(account), dtype=np.int32)
    split = Split(["a", "b"], rows, account, variant, 0, 0, 0)
    when = calendar(split, days.astype(np.int32))
    moments = look_moments(when, values, np.ones(len(values)))
    found = {"always": [], "fixed": []}
    for number, day in enumerate(when.days):
        _add_look(found, moments, number, int(day))
    return found


def _add_look(found: dict, moments, number: int, day: int) -> None:
    samples = [moments.sample(code, number) for code in (0, 1)]
    if None in samples:
        return
    sides = [
        Side(name, each.accounts, each.sizes, estimate(each))
        for name, each in zip("ab", samples, strict=True)
    ]
    seen = look(day, *sides, ALPHA)
    if seen is not None:
        one = effect(*(side.estimate for side in sides), ALPHA)
        found["always"].append(seen)
        found["fixed"].append((one.low, one.high))


def _binary(rng, accounts: int, sessions: int) -> tuple:
    chances = rng.beta(1.2, 2.8, accounts)
    sizes = np.maximum(rng.poisson(sessions, accounts), 1)
    return rng.binomial(sizes, chances).astype(float), sizes.astype(float)


def _continuous(rng, accounts: int, sessions: int, within: float, shift: float):
    means = shift + rng.normal(size=accounts) + rng.normal(size=accounts) * within / sqrt(sessions)
    return estimate(Sample.of(means * sessions, np.full(accounts, float(sessions)), None))


def _naive_p(sides) -> float:
    rates = [sums.sum() / sizes.sum() for sums, sizes in sides]
    errors = [
        rate * (1 - rate) / sizes.sum() for rate, (_, sizes) in zip(rates, sides, strict=True)
    ]
    return 2 * (1 - _normal(abs(rates[1] - rates[0]) / sqrt(sum(errors))))


def _normal(score: float) -> float:
    return (1 + erf(score / sqrt(2))) / 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=2000)
    experiments = parser.parse_args().experiments
    rng = np.random.default_rng(20260101)
    print(f"{experiments:,} experiments a line")
    for sessions in (2, 8, 20):
        right, naive = false_positives(rng, experiments, sessions)
        print(f"A/A, {sessions:2} sessions an account   {right:6.1%}   (by sessions {naive:.1%})")
    for target in (0.5, 0.8, 0.9):
        found, theory = power(rng, experiments * 2, target)
        print(f"power, theory {theory:5.1%}           {found:6.1%}   {found - theory:+.1%}")
    for accounts in (60, 200, 1000):
        for arrive, spread in (("at once", 1.0), ("at once", 0.0), ("daily", 1.0)):
            held, fixed = coverage(rng, experiments, accounts, arrive, spread)
            line = f"28 looks, {accounts:4} accounts {arrive:7}, {'apart' if spread else 'alike'}"
            print(f"{line} {held:6.1%}   (fixed-horizon {fixed:.1%})")


if __name__ == "__main__":
    main()
