"""The embedded model: what it knows, what it does not, and that it never falls over."""

import json
import time
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.bits.decisions import decide, decide_surely
from flows.bits.embedded import Embedded
from flows.bits.features import extract
from flows.bits.hashing import stable_hash
from flows.bits.names import BITS
from flows.bits.prompts import Prompt

MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def model() -> Embedded:
    return Embedded()


def bits(model: Embedded, text: str, **known) -> dict:
    return decide(model.score([Prompt(text, **known)]), model.thresholds)[0]


def test_the_hash_is_the_same_on_every_machine():
    assert [stable_hash(text) for text in ("", "winnow", "金丝雀", "\ud83d")] == [
        0,
        0x86737C0B,
        0x5BABCAB3,
        0x45ACE939,
    ]


def test_the_features_of_a_prompt_are_the_same_on_every_machine():
    prompt = Prompt("No, still broken: `x` is 3!", "I've fixed it.", "fix x 金", interrupted=True)
    found = extract([prompt])
    assert (len(found.columns), int(found.columns.sum()), round(float(found.values.sum()), 2)) == (
        85,
        4406814,
        22.82,
    )


@pytest.mark.parametrize(
    ("text", "bit"),
    [
        ("perfect, that works now, thanks a lot!", "satisfied"),
        ("no, this is completely wrong and it is still broken", "dissatisfied"),
        ("no, use the staging table and not the production one", "correction"),
        ("this is way too complicated, please simplify what you wrote", "too_complicated"),
        ("from now on always run the linter, remember that", "remember_request"),
        (
            "you did it again, as I said before: fix the import, I asked you already",
            "repeat_request",
        ),
    ],
)
def test_what_people_plainly_say_is_heard(model, text, bit):
    assert bits(model, text)[bit] is True


@pytest.mark.parametrize(
    "text",
    [
        "add a checkbox that lets users stay signed in",
        "how do I start the second service?",
        "rename the module and move its tests along",
        "ok, continue",
    ],
)
def test_plain_work_carries_no_bit(model, text):
    assert not any(bits(model, text).values())


@pytest.mark.parametrize("text", ["", "   \n"])
def test_of_empty_text_nothing_is_known(model, text):
    assert np.isnan(model.score([Prompt(text)])).all()
    assert set(bits(model, text).values()) == {None}


def test_danger_is_a_hit_or_unknown_never_a_denial(model):
    assert bits(model, "rename the module")["danger_flagged"] is not True
    sure = decide_surely(model.score([Prompt("rename the module")]), model.thresholds)[0]
    assert sure["danger_flagged"] is None


def test_an_angry_log_is_not_the_humans_anger(model):
    log = "\n".join(
        f"2026-03-01 12:00:{n:02} ERROR worker failed: this is wrong, terrible, broken"
        for n in range(40)
    )
    assert not bits(model, f"here is the output, what does it mean?\n{log}")["dissatisfied"]


def test_a_megabyte_takes_no_longer_than_a_moment(model):
    started = time.process_time()
    model.score([Prompt("this is wrong " * (MEGABYTE // 14))])
    model.score([Prompt("x" * MEGABYTE, "y" * MEGABYTE, "z" * MEGABYTE)])
    assert time.process_time() - started < 20


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(max_size=200),
    context=st.text(max_size=200),
    before=st.text(max_size=50),
    interrupted=st.booleans(),
)
def test_any_text_gets_probabilities_or_unknown(text, context, before, interrupted):
    scores = Embedded().score([Prompt(text, context, before, interrupted)])
    assert scores.shape == (1, len(BITS))
    assert (np.isnan(scores) | ((scores >= 0) & (scores <= 1))).all()


def test_a_prompts_score_does_not_depend_on_its_neighbours(model):
    prompts = [Prompt(f"please fix number {n}, it is still wrong") for n in range(600)]
    alone = np.concatenate([model.score([prompt]) for prompt in (prompts[0], prompts[-1])])
    assert np.allclose(model.score(prompts)[[0, -1]], alone)


def test_no_prompts_give_no_scores(model):
    assert model.score([]).shape == (0, len(BITS))


def test_the_weights_are_small_and_say_where_they_come_from():
    folder = files("flows.bits")
    assert len(folder.joinpath("weights.npz").read_bytes()) <= 2 * MEGABYTE
    provenance = json.loads(folder.joinpath("provenance.json").read_text())
    assert provenance["training_prompts"] >= 3000
    assert set(provenance["positives"]) <= set(BITS)
