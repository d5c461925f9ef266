from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.policy.budgets import is_affordable, left, renews_on, spent_at_most

DAY = date(2026, 3, 1)


def after(days: int) -> date:
    return DAY + timedelta(days=days)


def test_what_thirty_days_hold_is_spent_and_what_lies_further_apart_is_not():
    spending = [(DAY, 1.0), (after(29), 2.0), (after(30), 4.0)]
    assert spent_at_most(spending, DAY) == 3.0
    assert spent_at_most(spending, after(29)) == 6.0


def test_what_is_left_is_never_less_than_nothing():
    assert left([(DAY, 3.0)], DAY, 2.0) == 0.0
    assert left([], DAY, 2.0) == 2.0


def test_a_release_that_uses_the_budget_up_is_affordable():
    assert is_affordable([(DAY, 0.1)] * 9, after(1), 0.1, 1.0)
    assert not is_affordable([(DAY, 0.1)] * 10, after(1), 0.1, 1.0)


def test_an_older_window_that_is_released_late_counts_against_the_newer_ones():
    assert not is_affordable([(after(10), 1.0)], DAY, 1.0, 1.5)


def test_a_budget_renews_thirty_days_after_what_used_it_up():
    assert renews_on([(DAY, 1.0)], after(7), 1.0, 1.0) == after(30)
    assert renews_on([], after(7), 1.0, 1.0) == after(7)
    assert renews_on([], DAY, 2.0, 1.0) is None


@pytest.mark.parametrize("budget", [1.0, 2.5, 7.0])
@given(st.lists(st.tuples(st.integers(0, 120), st.sampled_from([0.5, 1.0])), max_size=40))
def test_no_thirty_days_ever_hold_more_than_the_budget(budget, wanted):
    spending = []
    for offset, epsilon in wanted:
        if is_affordable(spending, after(offset), epsilon, budget):
            spending.append((after(offset), epsilon))
    for start in range(-30, 121):
        inside = [e for day, e in spending if after(start) <= day < after(start + 30)]
        assert sum(inside) <= budget + 1e-6
