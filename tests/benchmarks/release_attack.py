"""Fifty planted accounts around one target, on a release by a minimum of accounts and on a noised
one; the noise against its distribution; two neighbouring worlds; randomised response.

Usage: PYTHONPATH=. python tests/benchmarks/release_attack.py [--trials N]

The advantage is true positives minus false positives of the best guess; tanh(ε/2) is the most that
an ε-private release allows.
"""

import argparse
import math

from flows.adapters.opendp_noise import answering, discrete_laplace
from tests.release.attack import advantage, dp_release, threshold_release
from tests.release.evidence import epsilon_at_least, laplace_fit


def attack(trials: int) -> None:
    print("| release | ε | attacker's advantage | most that ε allows |")
    print("|---|---:|---:|---:|")
    found = advantage(threshold_release, trials)
    print(f"| minimum of 10 accounts, exact | – | {found:.3f} | 1 |")
    for epsilon in (0.25, 0.5, 1.0, 2.0):
        found = advantage(dp_release(epsilon), trials)
        print(f"| discrete Laplace | {epsilon:g} | {found:.3f} | {math.tanh(epsilon / 2):.3f} |")


def neighbours(trials: int) -> None:
    print("\n| claimed ε | bounded from below at (confidence 99.99 %) |")
    print("|---:|---:|")
    for epsilon in (0.5, 1.0, 2.0):
        with_it, _ = discrete_laplace([5] * trials, 5 / epsilon, 5)
        without, _ = discrete_laplace([0] * trials, 5 / epsilon, 5)
        found = epsilon_at_least(with_it, without, confidence=0.9999)
        print(f"| {epsilon:g} | {found:.3f} |")


def fit(trials: int) -> None:
    print("\n| scale | p of the fit to discrete Laplace |")
    print("|---:|---:|")
    for scale in (1.5, 20.0, 80.0):
        noisy, _ = discrete_laplace([0] * trials, scale, 1)
        print(f"| {scale:g} | {laplace_fit(noisy, scale):.3f} |")


def responses(trials: int) -> None:
    print("\n| true share | estimated | standard error |")
    print("|---:|---:|---:|")
    answer, _ = answering((False, True), 0.75)
    error = math.sqrt(0.75 * 0.25 / trials) / 0.5
    for share in (0.05, 0.3, 0.7):
        told = sum(answer(number < share * trials) for number in range(trials)) / trials
        print(f"| {share:g} | {(told - 0.25) / 0.5:.4f} | {error:.4f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=200_000)
    trials = parser.parse_args().trials
    attack(trials)
    neighbours(trials)
    fit(trials)
    responses(trials // 4)


if __name__ == "__main__":
    main()
