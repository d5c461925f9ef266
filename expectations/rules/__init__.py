"""The run-time rules, one a file: WHY, REMEDY, NAME and `check(candidate) -> list[Refusal]`.

A rule may also have `expect(candidate) -> list[Expectation]`, for the second opinion. A stage is
only checked where the one before it refused nothing: values of an unknown shape cannot be judged.
"""

from expectations.rules import (
    capacity,
    columns,
    domains,
    keys,
    listed,
    mechanism,
    metadata,
    minimum_accounts,
    no_free_text,
    row_order,
    single_tier,
    statistics,
    types,
    unique_values,
    window,
)

IDENTITY = (listed, single_tier)
SHAPE = (metadata, columns, types)
CONTENT = (
    domains,
    no_free_text,
    statistics,
    window,
    keys,
    row_order,
    unique_values,
    minimum_accounts,
    capacity,
    mechanism,
)
STAGES = (IDENTITY, SHAPE, CONTENT)
RULES = tuple(rule for stage in STAGES for rule in stage)
