"""How far a released A/B difference is from the exact one, by ε and number of accounts.

Usage: PYTHONPATH=. python tests/benchmarks/release_accuracy.py [--draws N]

Synthetic sessions: 1 + geometric sessions an account (mean 4, one account with 2,000), of which a
fifth is interrupted under control and 17 % under treatment. Prints, for the shipped policy of
training_cohorts and for the same policy with that one rate alone, the root mean square of
(released − exact difference of the kept sessions), beside the standard error of the sample.
"""

import argparse
import math
import random
from itertools import product

from expectations.allowlist import load_allowlist
from flows.adapters.opendp_noise import discrete_laplace
from flows.release.aggregate_dp import draw_cohorts
from flows.release.policies import cohorts_of

EPSILONS = (0.25, 0.5, 1.0, 2.0, 4.0)
ACCOUNTS = (1_000, 10_000, 50_000, 200_000)
RATES = {"control": 0.20, "treatment": 0.17}
FAMILIES = {"opus": 0.4, "sonnet": 0.4, "haiku": 0.15, "other": 0.05}
COUNTED = ("account_count", "session_count", "interrupted_session_count")


def totals(accounts: int, kept: int) -> dict:
    """cell → (accounts, sessions, interrupted), of `kept` sessions an account at most."""
    choose = random.Random(5)
    found = {("agent_variant", *cell): [0, 0, 0] for cell in product(RATES, FAMILIES)}
    for number in range(accounts):
        variant = ("control", "treatment")[number % 2]
        family = choose.choices(list(FAMILIES), FAMILIES.values())[0]
        sessions = 2000 if number == 0 else 1 + int(math.log(choose.random()) / math.log(0.75))
        counted = min(sessions, kept)
        rate = min(0.95, max(0.01, choose.gauss(RATES[variant], 0.1)))
        cell = found["agent_variant", variant, family]
        cell[0] += 1
        cell[1] += counted
        cell[2] += sum(choose.random() < rate for _ in range(counted))
    return found


def difference(cells: dict) -> float:
    rates = []
    for variant in ("control", "treatment"):
        own = [counts for cell, counts in cells.items() if cell[1] == variant]
        rates.append(sum(c[2] for c in own) / max(1, sum(c[1] for c in own)))
    return rates[1] - rates[0]


def policy(epsilon: float, *, whole: bool):
    export = load_allowlist("default_tier").exports["training_cohorts"]
    mechanism = export.mechanism
    shares = {name: mechanism.share(each) for name, each in mechanism.measures.items()}
    cohorts = cohorts_of(export)._replace(least=-(10**9))
    names = tuple(shares) if whole else COUNTED
    factor = epsilon / sum(shares[name] for name in names)
    kept = [
        total._replace(epsilon=total.epsilon * factor, bounds=(-(10**15), 10**15))
        for total in cohorts.totals
        if total.name in names
    ]
    return cohorts._replace(totals=tuple(kept))


def error(cohorts, exact: dict, draws: int) -> float:
    names = [total.name for total in cohorts.totals]
    places = [names.index(name) for name in COUNTED]
    filled = {cell: _row(counts, places, len(names)) for cell, counts in exact.items()}
    squares = []
    for _ in range(draws):
        rows = draw_cohorts(cohorts, filled, discrete_laplace).rows
        told = {
            row[:3]: [row[3 + 2 * place] for place in places] for row in rows if row[1] != "none"
        }
        squares.append((difference(told) - difference(exact)) ** 2)
    return math.sqrt(sum(squares) / draws)


def _row(counts: list[int], places: list[int], size: int) -> tuple[int, ...]:
    row = [0] * size
    for place, count in zip(places, counts, strict=True):
        row[place] = count
    return tuple(row)


def sampling_error(cells: dict, accounts: int) -> float:
    """Of the difference, with two variants of equal size and a spread of 0.1 between accounts."""
    sessions = sum(counts[1] for counts in cells.values()) / 2
    binomial = sum(rate * (1 - rate) / sessions for rate in RATES.values())
    return math.sqrt(binomial + 2 * 0.1**2 / (accounts / 2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=100)
    draws = parser.parse_args().draws
    kept = policy(1.0, whole=True).sessions_per_account
    exact = {accounts: totals(accounts, kept) for accounts in ACCOUNTS}
    for whole in (True, False):
        measures = len(policy(1.0, whole=whole).totals)
        effect = RATES["treatment"] - RATES["control"]
        print(f"\n{measures} totals a cell: error of the difference (true {effect:+.3f})")
        print("| accounts | sample | " + " | ".join(f"ε = {each:g}" for each in EPSILONS) + " |")
        print("|---:" * (len(EPSILONS) + 2) + "|")
        for accounts in ACCOUNTS:
            cells = exact[accounts]
            errors = [error(policy(each, whole=whole), cells, draws) for each in EPSILONS]
            shown = " | ".join(f"{each:.4f}" for each in errors)
            print(f"| {accounts:,} | {sampling_error(cells, accounts):.4f} | {shown} |")


if __name__ == "__main__":
    main()
