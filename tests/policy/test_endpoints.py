"""Which endpoints may receive which tier's text."""

from datetime import date, timedelta

import pytest

from flows.adapters.llm_endpoints import load_endpoints
from flows.policy.endpoints import check_endpoint_allowed, read_endpoints
from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier

TODAY = date(2026, 3, 31)
ENTRY = {
    "url": "https://models.example.com/v1",
    "protocol": "openai",
    "models": {"small": {"input_usd": 1.0, "output_usd": 4.0}, "free": {}},
    "keeps_text_days": 0,
    "owner": "privacy",
    "reason": "a test",
}


def policy(**changes) -> dict:
    return {"opt_in": [ENTRY | changes], "default_tier": [], "feedback": []}


def test_the_shipped_policy_lets_no_text_go_anywhere():
    assert load_endpoints() == {tier: [] for tier in Tier}


def test_a_listed_endpoint_may_receive_its_tiers_text_only():
    endpoints = read_endpoints(policy())
    asked = (ENTRY["url"], "openai", "small")
    assert check_endpoint_allowed(endpoints, Tier.OPT_IN, *asked).owner == "privacy"
    for tier in (Tier.DEFAULT, Tier.FEEDBACK):
        with pytest.raises(WinnowError, match=tier):
            check_endpoint_allowed(endpoints, tier, *asked)


@pytest.mark.parametrize(
    "asked",
    [
        ("https://models.example.com", "openai", "small"),
        ("https://models.example.com/v1/", "openai", "small"),
        ("https://MODELS.example.com/v1", "openai", "small"),
        ("http://models.example.com/v1", "openai", "small"),
        ("https://models.example.com.evil.net/v1", "openai", "small"),
        (ENTRY["url"], "anthropic", "small"),
        (ENTRY["url"], "openai", "large"),
        ("", "openai", ""),
    ],
)
def test_anything_else_is_refused_without_repeating_it(asked):
    with pytest.raises(WinnowError) as caught:
        check_endpoint_allowed(read_endpoints(policy()), Tier.OPT_IN, *asked)
    assert caught.value.exit_code == 2
    assert "example" not in str(caught.value) + caught.value.remedy


@pytest.mark.parametrize(
    "url",
    [
        "http://models.example.com/v1", "ftp://models.example.com", "https://",
        "models.example.com", "https://user:word@models.example.com", "https://models.example.com/?to=x",
        "https://models.example.com/#x", "https://models.example.com/", "https://a:port/v1",
        "http://localhost.example.com/v1", "http://127.0.0.1.example.com/v1", "http://10.0.0.1/v1",
        "https://models.example.com\\@evil.net", "https://модели.example", 5, None,
    ],
)  # fmt: skip
def test_an_unsafe_url_cannot_be_listed(url):
    with pytest.raises(WinnowError, match="url"):
        read_endpoints(policy(url=url))


@pytest.mark.parametrize("host", ["127.0.0.1:11434", "localhost:8000", "[::1]:8000", "127.8.0.1"])
def test_http_is_enough_on_loopback(host):
    assert read_endpoints(policy(url=f"http://{host}/v1"))[Tier.OPT_IN]


@pytest.mark.parametrize(
    "changes",
    [
        {"protocol": "soap"}, {"models": {}}, {"models": ["small"]}, {"models": {"small": None}},
        {"models": {"small": {"input_usd": -1, "output_usd": 1}}},
        {"models": {"small": {"input_usd": 1}}}, {"keeps_text_days": 30}, {"keeps_text_days": -1},
        {"keeps_text_days": "0"}, {"keeps_text_days": True}, {"owner": ""}, {"reason": None},
        {"extra": 1},
    ],
)  # fmt: skip
def test_an_entry_that_is_not_understood_allows_nothing(changes):
    with pytest.raises(WinnowError, match=r"endpoints\.yml"):
        read_endpoints(policy(**changes))


@pytest.mark.parametrize("document", [None, [], {}, {"opt_in": []}, policy() | {"all": []}])
def test_a_file_without_every_tier_allows_nothing(document):
    with pytest.raises(WinnowError):
        read_endpoints(document)


def test_a_file_that_is_no_yaml_allows_nothing(tmp_path):
    path = tmp_path / "endpoints.yml"
    path.write_text("opt_in: [\n  - : {")
    with pytest.raises(WinnowError):
        load_endpoints(path)


@pytest.mark.parametrize(
    ("keeps", "age", "may"), [(0, 29, True), (7, 23, True), (7, 24, False), (29, 2, False)]
)
def test_text_goes_where_it_is_gone_within_the_window(keeps, age, may):
    (endpoint,) = read_endpoints(policy(keeps_text_days=keeps))[Tier.OPT_IN]
    assert endpoint.may_receive(TODAY - timedelta(days=age), TODAY) is may


def test_cost_is_tokens_at_the_listed_prices():
    (endpoint,) = read_endpoints(policy())[Tier.OPT_IN]
    assert endpoint.cost("small", 1_000_000, 500_000) == 3.0
    assert endpoint.cost("free", 1_000_000, 500_000) == 0
