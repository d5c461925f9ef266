"""Prompts of a landed day → landing/<tier>/bits/, in the process that may open raw/."""

import re

import numpy as np
import pytest

from flows.adapters.landing import day_folder
from flows.bits.names import BITS
from flows.bits.prompts import Prompt
from flows.declassify_bits import declassify_bits
from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier
from flows.settings import load_settings
from tests.flows.house import DAY, prompt, reply

PRAISE = "Perfect, that works now. Thank you, synthetic friend!"
QUESTION = "How do I add a synthetic column to the table of orders?"


@pytest.fixture
def landed(house, pull):
    """Two prompts of one session."""
    house.consent()
    house.write(
        prompt(QUESTION, "u1"),
        reply("synthetic answer", "r1"),
        prompt(PRAISE, "u2", at=f"{DAY}T09:01:00Z"),
    )
    pull()
    return house


def judge(tier: Tier = Tier.OPT_IN) -> dict:
    return declassify_bits(load_settings(), tier)


def values(house, bit: str) -> list:
    return [row["value"] for row in house.landed("bits") if row["bit"] == bit]


def test_every_prompt_gets_every_bit_once(landed):
    assert judge()["bit_rows"] == 2 * len(BITS)
    found = [(row["event_key"], row["bit"]) for row in landed.landed("bits")]
    assert len(found) == len(set(found)) == 2 * len(BITS)


def test_praise_is_read_and_a_question_is_not_praise(landed):
    judge()
    said = sorted(values(landed, "satisfied"), key=str)
    assert True in said and said.count(True) == 1


def test_nothing_but_keys_dates_and_words_of_the_vocabulary_lands(landed):
    judge()
    for row in landed.landed("bits"):
        assert all(re.fullmatch("[0-9a-f]{32}", row[name]) for name in ("event_key", "session_key"))
        assert row["session_date"] == DAY
        assert row["bit"] in BITS
        assert row["value"] in (True, False, None)
        assert row["confidence_bucket"] in ("low", "medium", "high")


def test_no_word_of_the_text_stands_in_the_files(landed):
    judge()
    for path, content in landed.files().items():
        if "/bits/" in path:
            assert b"synthetic" not in content and b"Perfect" not in content


def test_a_rerun_computes_nothing_and_leaves_the_same_bytes(landed):
    judge()
    before = landed.files()
    assert judge()["bit_days"] == 0
    assert landed.files() == before


def test_a_day_that_is_computed_again_has_the_same_bytes(landed):
    judge()
    before = landed.files()
    for path in (landed.home / "landing/opt_in/bits").rglob("*.parquet"):
        path.unlink()
    assert judge()["bit_days"] == 1
    assert landed.files() == before


def test_another_model_computes_every_day_again(landed, monkeypatch):
    judge()
    monkeypatch.setattr("flows.bits_readers.shipped_digest", lambda: "another model")
    assert judge()["bit_days"] == 1


def test_bits_of_a_day_whose_text_is_gone_go(landed):
    judge()
    for dataset in ("events", "raw"):
        folder = day_folder(landed.home / "landing/opt_in", dataset, DAY)
        for path in folder.iterdir():
            path.unlink()
    judge()
    assert landed.landed("bits") == []


def test_text_that_cannot_be_read_ends_the_run_without_a_word_of_it(landed):
    for path in (landed.home / "landing/opt_in/raw").rglob("*.parquet"):
        path.write_bytes(PRAISE.encode() * 10)
    with pytest.raises(WinnowError) as failure:
        judge()
    shown = f"{failure.value.message} {failure.value.remedy}"
    assert "Perfect" not in shown and "synthetic" not in shown
    assert failure.value.__cause__ is None
    assert landed.landed("bits") == []


# Feelings in words that are not the human's, or around which the human says none.
NOT_SAID = {
    "a pasted log": "what does this mean?\n" + "2026-03-30 12:00:01 ERROR this is broken\n" * 40,
    "a megabyte of log": "2026-03-30 12:00:01 ERROR wrong again: worker failed\n" * 20_000,
    "agent output quoted": "> Perfect, this works now! Thank you.\n> Great work.\n\nwhere is it?",
    "code alone": "```python\nraise ValueError('no, that is wrong, undo it')\n```",
    "a setting": "<command-name>/model</command-name><command-args>perfect</command-args>",
    "a command without words": "<command-name>/clear</command-name><command-args></command-args>",
    "mixed scripts": "ログ file を 读 и print пожалуйста",
    "only marks": "...???",
}


@pytest.mark.parametrize("what", NOT_SAID)
def test_nothing_is_true_of(house, pull, what):
    house.consent()
    house.write(prompt(QUESTION, "u1"), prompt(NOT_SAID[what], "u2", at=f"{DAY}T09:01:00Z"))
    pull()
    judge()
    assert not [row["bit"] for row in house.landed("bits") if row["value"]]


def test_the_model_knows_of_a_prompt_what_stood_before_it(landed, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "flows.bits_readers.Embedded.score",
        lambda model, prompts: seen.extend(prompts) or np.full((len(prompts), len(BITS)), np.nan),
    )
    judge()
    assert seen == [
        Prompt(QUESTION),
        Prompt(PRAISE, context="synthetic answer", prev_user=QUESTION),
    ]


def test_praise_behind_a_slash_command_is_praise(house, pull):
    house.consent()
    command = f"<command-name>/commit</command-name><command-args>{PRAISE}</command-args>"
    house.write(prompt(QUESTION, "u1"), prompt(command, "u2", at=f"{DAY}T09:01:00Z"))
    pull()
    judge()
    assert values(house, "satisfied").count(True) == 1


def test_of_text_that_the_model_cannot_read_nothing_is_known(house, pull):
    house.consent()
    house.write(prompt("هذا خطأ، أعد المحاولة من فضلك", "u1"))
    pull()
    assert judge()["bit_rows"] == len(BITS)
    assert {row["value"] for row in house.landed("bits")} == {None}


def test_a_tier_without_landing_has_no_bits(house):
    assert judge()["bit_days"] == 0
