"""env.sample names every variable there is, and its defaults are the defaults."""

import re

import pytest

from flows import settings
from flows.policy.tiers import Tier
from flows.settings import LlmSettings, Settings, TierSettings
from tests.infra.stack import INFRA

_LINE = re.compile(r'^#(WINNOW_\w+)="?([^"\n]*)"?$', re.MULTILINE)
# Lines that show a form; their defaults are said in words.
_FORMS = {"HOME", "PROJECT_DIR", "TODAY", "SOURCE", "ENDPOINT_URL", "LLM_ENDPOINT"}


def variables() -> dict[str, str]:
    return dict(_LINE.findall((INFRA / "env.sample").read_text()))


def test_every_variable_is_there_and_no_other():
    assert set(variables()) == settings._known()


def test_no_line_sets_anything_before_somebody_decides_so():
    lines = (INFRA / "env.sample").read_text().splitlines()
    assert all(line.startswith("#") or not line for line in lines)


@pytest.mark.parametrize("tier", Tier)
def test_the_values_of_a_tier_are_the_defaults(tier):
    prefix = f"WINNOW_{tier.upper()}__"
    fields = dict(TierSettings.model_fields)
    fields |= {f"llm_{name}": field for name, field in LlmSettings.model_fields.items()}
    for name, value in variables().items():
        field = name.removeprefix(prefix)
        if name.startswith(prefix) and field not in _FORMS:
            assert value == _shown(fields[field.lower()].default), name


def test_the_general_values_are_the_defaults():
    for name, field in Settings.model_fields.items():
        if name.upper() not in _FORMS:
            assert variables()[f"WINNOW_{name.upper()}"] == _shown(field.default)


@pytest.mark.parametrize("name", ["ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"])
def test_it_holds_no_secret(name):
    assert all(variables()[f"WINNOW_{tier.upper()}__{name}"] == "" for tier in Tier)


def test_what_it_shows_can_be_used(monkeypatch):
    for name, value in variables().items():
        if value:
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(settings, "_bound", None)
    loaded = settings.load_settings()
    own = settings.load_tier_settings(Tier.OPT_IN, loaded)
    assert own.source == "s3://example-opt-in"
    assert own.control == "s3://example-control/opt_in"
    assert settings.load_llm_settings(Tier.OPT_IN).concurrency == 4


def _shown(default) -> str:
    return "" if default is None else f"{default:g}" if isinstance(default, float) else str(default)
