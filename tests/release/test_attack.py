"""Fifty planted accounts around one target: what the attacker learns of the target's session.

The attacker knows everything about the planted accounts, owns the cell but for the target, and
compares the released total with what it put in. Small here; the script release_attack.py in
tests/benchmarks has the figures.
"""

from tests.release.attack import advantage, dp_release, threshold_release


def test_a_minimum_of_accounts_alone_gives_the_target_away():
    assert advantage(threshold_release, trials=200) == 1.0


def test_noise_leaves_the_attacker_no_more_than_epsilon_allows():
    """tanh(ε/2) is the most that any ε-private release allows, 0.46 for ε = 1 on one total; six
    standard errors of 4,000 trials above it is a failure that a sound release does not have."""
    found = advantage(dp_release(epsilon=1.0), trials=4000)
    assert 0.25 < found < 0.4621 + 6 * 0.0158
