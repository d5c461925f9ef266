import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.policy.coarse import order_of_magnitude


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0"), (1, "1–9"), (9, "1–9"), (10, "10–99"), (12345, "10,000–99,999")]
)
def test_only_the_order_of_magnitude_is_shown(count, shown):
    assert order_of_magnitude(count) == shown


@given(st.integers(1, 10**12))
def test_two_counts_of_one_magnitude_cannot_be_told_apart(count):
    assert order_of_magnitude(count) == order_of_magnitude(10 ** (len(str(count)) - 1))
