"""The page in words: what it says follows the facts, and nothing in a policy file breaks it."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from flows.disclose import collect_facts
from flows.disclosure.facts import Endpoint
from flows.disclosure.page import render_html, render_markdown
from flows.disclosure.words import bound, in_words, listed, says

PROJECT = Path(__file__).resolve().parents[2] / "dbt"
ENDPOINT = Endpoint("https://models.example.com/v1", ("small",), 7, "privacy", "a | test <b>")


@pytest.fixture(scope="module")
def facts():
    return collect_facts(PROJECT)


def changed(facts, tier: str, **changes):
    """The facts with one tier's changed."""
    tiers = (each._replace(**changes) if each.name == tier else each for each in facts.tiers)
    return facts._replace(tiers=tuple(tiers))


class Outside(HTMLParser):
    """Every address that a page names, and every tag."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links, self.tags = [], set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in ("href", "src", "action")]


@pytest.mark.parametrize(
    "domain, told",
    [
        ({"domain": "bool"}, "yes or no"),
        ({"domain": "bool", "nullable": True}, "yes, no or not known"),
        ({"domain": "enum", "values": ("claude_code", "other")}, "claude code or other"),
        ({"domain": "enum", "values": ("0", "1-4"), "nullable": True}, "0, 1-4 or not known"),
        ({"domain": "enum", "values": tuple("abcdefghi")}, "one of 9 words"),
        ({"domain": "integer", "minimum": 0, "maximum": 5000}, "a number from 0 to 5,000"),
        (
            {"domain": "integer", "minimum": 0, "maximum": 50, "step": 5},
            "a number from 0 to 50 in steps of 5",
        ),
        ({"domain": "ratio", "step": 0.05}, "0 to 1 in steps of 0.05"),
        ({"domain": "date"}, "a day"),
        ({"domain": "keyed_hash"}, "a code that only the secret key could link to you"),
    ],
)
def test_a_domain_is_said_in_words(domain, told):
    assert says(domain) == told


def test_names_and_lists_are_said_in_words():
    assert in_words("is_tool_rejected") == "tool rejected"
    assert in_words("tool_edit_bucket") == "tool edit"
    assert [listed("abc"[:count]) for count in range(4)] == ["", "a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    "value, told", [(0, "0"), (2.2, "2.2"), (2.01, "2.1"), (1.585, "1.6"), (113.4, "114")]
)
def test_the_most_that_something_may_be_is_never_rounded_down(value, told):
    assert bound(value) == told


def test_a_listed_endpoint_is_disclosed_and_nowhere_is_not_said(facts):
    plain = render_markdown(facts)
    told = render_markdown(changed(facts, "opt_in", endpoints=(ENDPOINT,)))
    assert "Nowhere. No language model" in plain and "Nowhere. No language model" not in told
    assert ENDPOINT.url in told and "| 7 days |" in told
    assert "A language model outside may read them" in told


def test_what_a_policy_says_cannot_break_a_table_or_the_page(facts):
    page = render_html(render_markdown(changed(facts, "opt_in", endpoints=(ENDPOINT,))))
    assert "a | test &lt;b&gt;" in page
    assert "b" not in Outside(page).tags


def test_an_export_of_feedback_would_be_disclosed(facts):
    releases = next(tier for tier in facts.tiers if tier.name == "default_tier").exports
    told = render_markdown(changed(facts, "feedback", exports=releases[:1]))
    assert "nobody trains on it" not in told and "Nothing of it leaves" not in told
    assert told.count(f"It goes to `{releases[0].folder}`") == 2


def test_answers_of_single_accounts_are_disclosed_as_soon_as_they_are_switched_on(facts):
    tier = next(tier for tier in facts.tiers if tier.name == "default_tier")
    exports = tuple(each._replace(is_enabled=True) for each in tier.exports)
    assert "No row about you leaves." in render_markdown(facts)
    told = render_markdown(changed(facts, "default_tier", exports=exports))
    assert "No row about you leaves." not in told and "mixed with chance ones" in told


def test_whom_to_write_to_can_be_named(facts):
    told = render_markdown(facts._replace(contact="privacy@example.com"))
    assert "Write to privacy@example.com." in told


def test_the_page_loads_nothing_runs_nothing_and_its_links_lead_to_its_own_headings(facts):
    page = render_html(render_markdown(facts))
    outside = Outside(page)
    assert outside.links and all(link.startswith("#") for link in outside.links)
    assert all(f'id="{link[1:]}"' in page for link in outside.links)
    assert not outside.tags & {"script", "link", "img", "iframe", "form"}
    assert "url(" not in page and "@import" not in page


def test_every_cell_names_its_column_for_narrow_screens(facts):
    page = render_html(render_markdown(facts))
    assert page.count("<td") == page.count("data-label=") > 100
