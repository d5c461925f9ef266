"""The domain of a door is read off its expression; what cannot be read off is refused."""

import lineage_fixture
import pytest

from expectations.domains import Bool, Column, Enum, Integer
from expectations.flow.door_binding import bound_expression
from expectations.flow.door_domains import problem

BOOL = Column("c", Bool(nullable=True))
SURE = Column("c", Bool())
WORDS = Column("c", Enum(values=("few", "many"), nullable=True))
COUNT = Column("c", Integer(minimum=0, maximum=20, nullable=True))


def problem_of(expression, domain):
    node, _ = bound_expression(lineage_fixture.connect(), expression, "chats")
    return problem(node, domain)


@pytest.mark.parametrize(
    ("expression", "domain"),
    [
        ("question like '%todo%'", BOOL),
        ("regexp_matches(lower(question), 'todo')", BOOL),
        ("length(question) > 3 and answer is null", BOOL),
        ("question is null", SURE),
        ("coalesce(question like 'a%', false)", SURE),
        ("case when length(question) < 9 then 'few' else 'many' end", WORDS),
        ("case when length(question) < 9 then 'few' end", WORDS),
        ("least(length(question), 20)", COUNT),
        ("least(len(regexp_extract_all(question, 'todo')), 20)::integer", COUNT),
    ],
)
def test_a_result_inside_the_domain_is_proven(expression, domain):
    assert problem_of(expression, domain) == ""


@pytest.mark.parametrize(
    ("expression", "domain"),
    [
        ("question like 'a%'", SURE),
        ("question", WORDS),
        ("lower(question)", WORDS),
        ("case when length(question) < 9 then 'few' else answer end", WORDS),
        ("case when length(question) < 9 then 'none' end", WORDS),
        ("length(question)", COUNT),
        ("least(length(question), 21)", COUNT),
        ("least(length(question), turn_count)", COUNT),
        ("greatest(length(question), 20)", COUNT),
    ],
)
def test_a_result_that_may_leave_the_domain_is_refused(expression, domain):
    assert problem_of(expression, domain)


@pytest.mark.parametrize(
    "expression",
    ["hash(question) % 2 = 0", "left(question, 1) = 'a'", "md5(question) < 'a'",
     "levenshtein(question, answer) < 3", "ascii(question) > 100", "question[1] = 'a'"],
)  # fmt: skip
def test_what_the_design_rules_out_is_never_a_door(expression):
    assert "never a door" in problem_of(expression, BOOL)
