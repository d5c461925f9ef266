import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations import capacity
from expectations.allowlist import load_allowlist
from expectations.domains import Column, Integer, problem_of


def test_null_is_a_value_and_keys_are_counted_apart(bench):
    export = load_allowlist("opt_in", bench.allowlists).exports["training_sessions"]
    bits = math.log2(3) + math.log2(3) + math.log2(11) + math.log2(102)
    assert capacity.bits_per_row(export) == pytest.approx(bits)
    assert capacity.key_bits(export) == pytest.approx(128 + math.log2(30))


def test_several_rows_a_session_count_each_and_so_does_which_are_there(bench):
    bench.edit("opt_in", "keys: [session_key]", "keys: [session_key, model]")
    allowlist = load_allowlist("opt_in", bench.allowlists)
    export = allowlist.exports["training_sessions"]
    assert capacity.rows_per_session(export) == 3
    states = 2 ** capacity.bits_per_row(export) + 1
    assert capacity.bits_per_session(allowlist) == pytest.approx(3 * math.log2(states))


def test_a_private_release_says_at_most_epsilon_about_a_session(bench):
    allowlist = load_allowlist("default_tier", bench.allowlists)
    assert capacity.bits_per_session(allowlist) == pytest.approx(math.log2(math.e))


@given(st.integers(-50, 50), st.integers(1, 60), st.integers(1, 70))
def test_an_integer_s_size_is_the_number_of_values_that_it_lets_pass(minimum, span, step):
    domain = Integer(minimum=minimum, maximum=minimum + span, step=step)
    values = {*range(minimum, minimum + span, step), minimum + span}
    assert problem_of(domain) is None
    assert Column("n", domain).bits == pytest.approx(math.log2(len(values)))
