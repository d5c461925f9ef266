"""The authored prompts, and weights that were built from them and from nothing else."""

import hashlib
import json
from collections import Counter
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from flows.bits.model import load_model
from flows.bits.names import BITS
from tests.bits.training.build_weights import train
from tests.bits.training.prompts import PASSES, read_pass

ROWS = [row for name in PASSES for row in read_pass(name)]
FOLDER = Path(__file__).parent / "training"


def test_there_are_thousands_of_prompts_in_several_passes():
    assert len(ROWS) >= 3000
    assert len({row["pass"] for row in ROWS}) >= 3


def test_every_prompt_has_an_id_of_its_own():
    assert len({row["id"] for row in ROWS}) == len(ROWS)


def test_no_prompt_stands_twice_with_the_same_surroundings():
    seen = Counter((row["text"], row["context"], row["prev_user"]) for row in ROWS)
    assert not [key for key, count in seen.items() if count > 1]


def test_labels_are_bits():
    assert {bit for row in ROWS for bit in row["labels"]} == set(BITS)


@pytest.mark.parametrize("bit", BITS)
def test_every_bit_has_many_examples_and_more_counterexamples(bit):
    positives = sum(bit in row["labels"] for row in ROWS)
    assert 100 < positives < len(ROWS) / 2


def test_most_prompts_carry_no_bit_or_one():
    assert sum(len(row["labels"]) <= 1 for row in ROWS) > 0.75 * len(ROWS)


def test_eight_languages_beside_english_are_in():
    languages = Counter(row["lang"] for row in ROWS)
    assert {"en", "zh", "ja", "ko", "ru"} <= set(languages)
    assert languages["en"] > len(ROWS) / 2


def test_the_shipped_weights_were_built_from_these_files():
    shipped = json.loads(files("flows.bits").joinpath("provenance.json").read_text())
    found = {
        f"{name}.jsonl": hashlib.sha256((FOLDER / f"{name}.jsonl").read_bytes()).hexdigest()
        for name in PASSES
    }
    assert shipped["passes"] == found
    assert shipped["training_prompts"] == len(ROWS)


@pytest.mark.parametrize("name", ["lexicon", "rules"])
def test_the_shipped_weights_fit_lexicon_and_rules(name):
    shipped = json.loads(files("flows.bits").joinpath("provenance.json").read_text())
    text = files("flows.bits").joinpath(f"{name}.txt").read_bytes()
    assert shipped[name] == hashlib.sha256(text).hexdigest()


def test_the_shipped_weights_come_again_from_these_prompts():
    weights, intercepts = train(ROWS)
    shipped = load_model()
    # A step of the eight bits, and what another machine's arithmetic may differ by.
    steps = np.abs(weights).max(axis=0) / 127
    assert (np.abs(weights - shipped.weights) <= 0.6 * steps + 2e-3).all()
    assert np.allclose(intercepts, shipped.intercepts, atol=0.01)
