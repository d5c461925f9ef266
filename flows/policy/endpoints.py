"""Which endpoints may receive which tier's text: decided before anything connects."""

import ipaddress
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier
from flows.policy.windows import RETENTION_DAYS

PROTOCOLS = ("openai", "anthropic")
_FIELDS = {"url", "protocol", "models", "keeps_text_days", "owner", "reason"}
_PRICES = {"input_usd", "output_usd"}
_FILE = "flows/policy/endpoints.yml"

Prices = Mapping[str, float]


class Endpoint(NamedTuple):
    """An entry of the policy. `models`: model → US dollars per million tokens, empty where nothing
    is charged. `keeps_text_days`: how long the other side keeps what it receives."""

    url: str
    protocol: str
    models: Mapping[str, Prices]
    keeps_text_days: int
    owner: str
    reason: str

    def cost(self, model: str, input_tokens: int, output_tokens: int) -> float:
        """US dollars."""
        prices = self.models[model]
        charged = input_tokens * prices.get("input_usd", 0)
        return (charged + output_tokens * prices.get("output_usd", 0)) / 1e6

    def may_receive(self, day: date, today: date) -> bool:
        """Whether text of `day`, sent today, is gone on the other side when it is here."""
        return today + timedelta(days=self.keeps_text_days) <= day + timedelta(days=RETENTION_DAYS)


def read_endpoints(document: object) -> dict[Tier, list[Endpoint]]:
    """The policy file's document. Raises WinnowError naming the tier and the entry that is wrong:
    of a file that is not understood nothing is allowed."""
    if not isinstance(document, dict) or set(document) != set(Tier):
        raise _wrong("it lists every tier and nothing else")
    return {tier: _entries(tier, document[tier]) for tier in Tier}


def check_endpoint_allowed(
    endpoints: Mapping[Tier, list[Endpoint]], tier: Tier, url: str, protocol: str, model: str
) -> Endpoint:
    """The tier's entry for this endpoint. Raises WinnowError (exit code 2) where there is none."""
    found = [entry for entry in endpoints[tier] if (entry.url, entry.protocol) == (url, protocol)]
    if not found:
        raise WinnowError(
            f"text of {tier} may not go to the endpoint that its settings name",
            remedy=f"have the privacy owner list it under {tier} in {_FILE} with this url and "
            "protocol, or unset the tier's LLM_ENDPOINT: the embedded model needs none",
            exit_code=2,
        )
    if model not in found[0].models:
        raise WinnowError(
            f"text of {tier} may go to this endpoint, but not to the model that its settings name",
            remedy=f"name a model that {_FILE} lists for the endpoint, or have this one listed",
            exit_code=2,
        )
    return found[0]


def _entries(tier: Tier, listed: object) -> list[Endpoint]:
    if not isinstance(listed, list):
        raise _wrong(f"{tier} is a list of endpoints")
    return [_entry(f"{tier}, entry {place}", entry) for place, entry in enumerate(listed, 1)]


def _entry(place: str, entry: object) -> Endpoint:
    if not isinstance(entry, dict) or set(entry) != _FIELDS:
        raise _wrong(f"{place}: it has {', '.join(sorted(_FIELDS))} and nothing else")
    if entry["protocol"] not in PROTOCOLS:
        raise _wrong(f"{place}: protocol is one of {', '.join(PROTOCOLS)}")
    if not _is_url_safe(entry["url"]):
        raise _wrong(
            f"{place}: url is https (http on loopback only), without user, query, end slash"
        )
    if not _are_models(entry["models"]):
        raise _wrong(f"{place}: models gives each model {{input_usd, output_usd}} or {{}}")
    days = entry["keeps_text_days"]
    if type(days) is not int or not 0 <= days < RETENTION_DAYS:
        raise _wrong(
            f"{place}: keeps_text_days is 0 … {RETENTION_DAYS - 1}: beyond, text would stay"
        )
    if not all(
        isinstance(entry[name], str) and entry[name].strip() for name in ("owner", "reason")
    ):
        raise _wrong(f"{place}: owner and reason are stated")
    return Endpoint(**entry)


def _is_url_safe(url: object) -> bool:
    if not isinstance(url, str) or not url.isascii() or any(c in url for c in " ?#@\\%"):
        return False
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises on a port that is none
    except ValueError:
        return False
    is_secret = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts))
    return bool(parts.hostname) and is_secret and not url.endswith("/")


def _is_loopback(parts: SplitResult) -> bool:
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _are_models(models: object) -> bool:
    return (
        isinstance(models, dict)
        and bool(models)
        and all(isinstance(model, str) and model for model in models)
        and all(_are_prices(prices) for prices in models.values())
    )


def _are_prices(prices: object) -> bool:
    return (
        isinstance(prices, dict)
        and set(prices) in (set(), _PRICES)
        and all(type(price) in (int, float) and price >= 0 for price in prices.values())
    )


def _wrong(rule: str) -> WinnowError:
    return WinnowError(
        f"{_FILE} cannot be used: {rule}",
        remedy="the head of the file describes every field; until it holds, nothing is sent",
        exit_code=2,
    )
