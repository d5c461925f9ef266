"""String constants: vocabulary passes, prose and encoded values do not."""

import pytest

from expectations.flow.literals import (
    COMPARED,
    OUTPUT,
    PATTERN,
    is_numeric_label,
    is_plain_number,
    name_problem,
    problem,
)


@pytest.mark.parametrize(
    "text",
    ["success", "opt_in", "6-20", "> 20 turns", "n/a", "Q1 2026", "gpt-4o-mini", "v1.2.3", "{}",
     ", ", "\n", "date=", r"\1-\2", "inProgress", "<unknown>", "US/Eastern", "H2O",
     "sonnet-20241022"],
)  # fmt: skip
def test_a_label_may_stand_in_the_output(text):
    assert not problem(text, OUTPUT)


@pytest.mark.parametrize(
    "text",
    ["please rotate the keys", "7f3a9c1b", "deadbeef01", "cm90YXRlIHRoZSBrZXlz", '{"a": 1}',
     "a@example.org", "https://example.org", "x" * 41, "def f(): return 1", "line\nbreak",
     "550e8400-e29b-41d4-a716-446655440000"],
)  # fmt: skip
def test_prose_code_and_encoded_values_may_not(text):
    assert problem(text, OUTPUT)


def test_a_comparison_takes_a_little_more_and_a_pattern_any_short_pattern():
    assert problem("given up by users", OUTPUT) and not problem("given up by users", COMPARED)
    assert not problem(r"^(error|failed|exception): .{1,20}$", PATTERN)
    assert problem("x" * 300, PATTERN)


def test_the_message_never_repeats_the_literal():
    assert "rotate" not in problem("please rotate the keys", OUTPUT)


def test_numbers_may_be_large_when_they_are_round_or_small():
    assert all(
        map(is_plain_number, [0, -5, 86_400, 10**18, 2**64, 2**63 - 1, 1_704_067_200_000_000])
    )
    assert not is_plain_number(8_245_075_158_494_373_230)


def test_a_bucket_that_a_macro_made_is_a_numeric_label():
    assert is_numeric_label("1-4") and is_numeric_label("20+")
    assert not is_numeric_label("1-4 keys")


def test_a_name_may_be_a_few_words():
    assert not name_problem("Chats per account and day")
    assert name_problem("rotate the keys for the northwind account")
