"""A landed day → a language model's server over HTTP → landing/<tier>/bits/."""

import logging
import re

import pytest

from flows.bits.names import BITS, SESSION_BITS
from flows.declassify_bits import declassify_bits
from flows.policy.errors import TransientError, WinnowError
from flows.policy.tiers import Tier
from flows.settings import load_settings
from tests.bits.llm_server import Answer, Server, answer, envelope, finding
from tests.bits.test_llm_reader import model  # noqa: F401
from tests.flows.conftest import unbind
from tests.flows.house import DAY, prompt, record, reply

CANARY = "cormorant"
PRAISE = f"Perfect, the {CANARY} works now"


def praising(request, number, handler):
    """What a fair model says: PRAISE is praise, and its quote and its echo hold the canary."""
    findings = [
        [finding("satisfied", PRAISE)] if turn["human"] == PRAISE else [] for turn in request.turns
    ]
    said = [n for n, found in enumerate(findings, 1) if found]
    end = ("true", said[-1], PRAISE) if said else ("unknown", 0, "")
    return Answer(body=envelope("openai", answer(*findings, accomplished=end)))


def failing(word: str, reply: Answer):
    """Fair, but for sessions with the word."""

    def behave(request, number, handler):
        return reply if word in request.message else praising(request, number, handler)

    return behave


@pytest.fixture
def landed(house, pull):
    """A session of two turns and one of one."""
    house.consent()
    house.write(
        prompt(f"Where is the {CANARY}?", "u1"),
        reply(f"The {CANARY} is in the harbour.", "r1"),
        prompt(PRAISE, "u2", at=f"{DAY}T09:01:00Z"),
    )
    house.write(prompt("Sort the gulls", "u3", "s2", f"{DAY}T10:00:00Z"), name="s2")
    pull()
    return house


@pytest.fixture
def judge(model, monkeypatch):  # noqa: F811
    """Runs the flow against a server; answers its counts."""

    def run(server: Server, tier: Tier = Tier.OPT_IN, **settings) -> dict:
        model(server, **{"attempts": 1} | settings)
        unbind(monkeypatch)
        return declassify_bits(load_settings(), tier)

    return run


def values(house, bit: str) -> list:
    rows = [row for row in house.landed("bits") if row["bit"] == bit]
    return sorted((row["value"] for row in rows), key=str)


def test_every_turn_gets_every_bit_and_the_last_one_how_the_session_ended(landed, judge):
    with Server("openai", praising) as server:
        counts = judge(server)
    assert counts["bit_rows"] == 3 * len(BITS) + 2 and counts["bit_days_to_repeat"] == 0
    assert counts["language_model"] == {
        "answered": 2, "sessions": 2, "input_tokens": 200, "output_tokens": 40, "us_cents": 1,
    }  # fmt: skip
    assert values(landed, "satisfied") == [False, False, True]
    assert values(landed, "task_accomplished") == [None, True]
    assert values(landed, "danger_flagged") == [False] * 3


def test_nothing_but_keys_dates_and_words_of_the_vocabulary_lands(landed, judge):
    with Server("openai", praising) as server:
        judge(server)
    for row in landed.landed("bits"):
        assert all(re.fullmatch("[0-9a-f]{32}", row[name]) for name in ("event_key", "session_key"))
        assert row["bit"] in SESSION_BITS and row["session_date"] == DAY
        assert row["value"] in (True, False, None)
        assert row["confidence_bucket"] in ("low", "medium", "high")


def test_a_second_run_asks_nothing_and_leaves_the_same_bytes(landed, judge):
    with Server("openai", praising) as server:
        judge(server)
        before = landed.files()
        assert judge(server) == {"bit_days": 0, "bit_days_to_repeat": 0, "bit_rows": 0}
        for path in (landed.home / "landing/opt_in/bits").rglob("*.parquet"):
            path.unlink()
        assert judge(server)["language_model"]["cached"] == 2
    assert landed.files() == before
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Answer(503), "unavailable"),
        (Answer(400), "rejected"),
        (Answer(body=b"<html>"), "malformed"),
        (Answer(body=envelope("openai", "[]")), "malformed"),
        (Answer(body=envelope("openai", "", finish_reason="content_filter")), "refused"),
        (Answer(body=envelope("openai", "", finish_reason="length")), "cut"),
    ],
)
def test_a_session_that_failed_is_unknown_and_the_next_run_asks_for_it_alone(
    landed, judge, reply, outcome
):
    with Server("openai", failing("gulls", reply)) as server:
        counts = judge(server)
        assert counts["bit_days_to_repeat"] == 1 and counts["language_model"][outcome] == 1
        assert values(landed, "satisfied") == [False, None, True]
        asked, server.behave = len(server.requests), praising
        assert judge(server)["bit_days_to_repeat"] == 0
        again = server.requests[asked:]
        assert judge(server)["bit_days"] == 0
    assert ["gulls" in request.message for request in again] == [True]
    assert values(landed, "satisfied") == [False, False, True]
    assert len(landed.landed("bits")) == 3 * len(BITS) + 2


def test_a_server_that_hangs_leaves_its_session_unknown_in_time(landed, judge):
    def behave(request, number, handler):
        if "gulls" in request.message:
            return server.released.wait(5) and None
        return praising(request, number, handler)

    with Server("openai", behave) as server:
        counts = judge(server, attempt_seconds=0.3)
    assert counts["language_model"]["timed_out"] == counts["bit_days_to_repeat"] == 1


def test_a_model_that_is_down_ends_the_run_and_the_next_one_goes_on(house, pull, judge):
    house.consent()
    for n in range(12):
        house.write(prompt(f"Sort the gulls {n}", f"u{n}", f"s{n}"), name=f"s{n}")
    pull()
    with Server("openai", lambda *request: Answer(503)) as server:
        with pytest.raises(TransientError, match="unavailable"):
            judge(server)
        assert house.landed("bits") == []
        server.behave = praising
        counts = judge(server)
    assert counts["bit_days"] == 1 and counts["bit_days_to_repeat"] == 0
    assert values(house, "satisfied") == [False] * 12


def test_no_text_leaves_raw_whatever_the_other_side_answers(landed, judge, caplog, capfd):
    caplog.set_level(logging.DEBUG)

    def behave(request, number, handler):
        if "gulls" in request.message:
            return Answer(400, {"error": {"message": f"{CANARY}: {request.message}"}})
        return praising(request, number, handler)

    with Server("openai", behave) as server:
        counts = judge(server)
    raw = landed.home / "landing/opt_in/raw"
    for path in landed.home.rglob("*"):
        if path.is_file() and raw not in path.parents and "sources" not in path.parts:
            found = path.read_bytes()
            assert CANARY.encode() not in found and b"gulls" not in found, path.name
    shown = repr(counts) + caplog.text + "".join(capfd.readouterr())
    assert CANARY not in shown and "gulls" not in shown


def test_a_key_that_is_refused_ends_the_run_without_a_word_of_the_text(landed, judge):
    def behave(request, number, handler):
        return Answer(401, {"error": request.message})

    with Server("openai", behave) as server, pytest.raises(WinnowError, match="401") as caught:
        judge(server)
    shown = caught.value.message + caught.value.remedy + repr(caught.value)
    assert CANARY not in shown and caught.value.__context__ is None
    assert landed.landed("bits") == []


def test_an_endpoint_that_the_tiers_policy_does_not_list_gets_no_byte(landed, judge, model):  # noqa: F811
    with Server("openai", praising) as server:
        for options in ({"listed": "https://models.example.com/v1"}, {"tier": Tier.DEFAULT}):
            with pytest.raises(WinnowError, match="may not go"):
                model(server, **options)
            with pytest.raises(WinnowError, match="may not go"):
                declassify_bits(load_settings(), options.get("tier", Tier.OPT_IN))
    assert server.requests == []
    assert landed.landed("bits") == []


def test_another_backend_reads_every_day_again_and_doubles_nothing(landed, judge, monkeypatch):
    unbind(monkeypatch)
    embedded = declassify_bits(load_settings(), Tier.OPT_IN)
    assert embedded["bit_rows"] == 3 * len(BITS) and "language_model" not in embedded
    with Server("openai", praising) as server:
        assert judge(server)["bit_days"] == 1
    assert len(landed.landed("bits")) == 3 * len(BITS) + 2


def test_words_behind_a_command_are_judged_and_chosen_answers_are_not(house, pull, judge):
    """A client writes what it asks for around what was typed, and answers as a tool's result."""
    house.consent()
    chosen = {
        "type": "tool_result", "tool_use_id": "t1",
        "content": 'User has answered your questions: "Which harbour?"="the old one"',
    }  # fmt: skip
    house.write(
        prompt("Draw the harbour", "u1"),
        reply("Which one?", "r1"),
        record("user", f"{DAY}T09:01:00Z", "u2", "s1",
               message={"role": "user", "content": [chosen]},
               toolUseResult={"answers": {"Which harbour?": "the old one"}}),
        prompt("<command-name>/model</command-name><command-args>sonnet</command-args>", "u3",
               at=f"{DAY}T09:02:00Z"),
        prompt("<command-name>/review</command-name><command-args>the pier is wrong</command-args>",
               "u4", at=f"{DAY}T09:03:00Z"),
        prompt("and the light", "u5", at=f"{DAY}T09:04:00Z"),
    )  # fmt: skip
    pull()
    with Server("openai", praising) as server:
        counts = judge(server)
    (request,) = server.requests
    said = [(turn["human"], turn["agent_tail"]) for turn in request.turns]
    assert said == [
        ("Draw the harbour", ""),
        ("the pier is wrong", "Which one?"),
        ("and the light", ""),
    ]
    assert counts["bit_rows"] == 3 * len(BITS) + 1
