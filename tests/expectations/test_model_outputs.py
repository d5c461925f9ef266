"""The register of what the bits model may say: complete, and the same as the model's own list."""

import pytest

from expectations.declassifiers import DeclassifierError, load_model_outputs
from flows.bits.names import SESSION_BITS

ENTRY = """
doors: {}
model_outputs:
  satisfied:
    computes: whether a prompt praises the result
    domain: {domain: bool, nullable: true}
    confidence: {domain: enum, values: [low, medium, high]}
    bits: 3.17
    owner: privacy
    reason: a test
"""


def load(tmp_path, text):
    path = tmp_path / "declassifiers.yml"
    path.write_text(text)
    return load_model_outputs(path)


def test_every_bit_that_the_model_knows_is_registered_and_no_other():
    assert set(load_model_outputs()) == set(SESSION_BITS)


def test_the_registered_confidence_is_the_vocabulary_that_lands():
    for output in load_model_outputs().values():
        assert output.confidence.domain.values == ("low", "medium", "high")


def test_an_output_is_read(tmp_path):
    output = load(tmp_path, ENTRY)["satisfied"]
    assert (output.owner, output.bits, output.domain.name) == ("privacy", 3.17, "satisfied")


def test_a_register_without_outputs_has_none(tmp_path):
    assert load(tmp_path, "doors: {}") == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    owner: privacy\n", ""),
        ("    reason: a test\n", ""),
        ("bits: 3.17", "bits: 1.58"),
        ("domain: bool, nullable: true", "domain: bool"),
        ("domain: bool, nullable: true", "domain: enum, values: [yes]"),
        ("domain: enum, values: [low, medium, high]", "domain: bool"),
        ("domain: enum, values: [low, medium, high]", "domain: enum, values: []"),
        ("    owner: privacy", "    owner: privacy\n    colour: blue"),
    ],
)
def test_what_is_missing_wrong_or_unknown_is_refused(tmp_path, old, new):
    with pytest.raises(DeclassifierError):
        load(tmp_path, ENTRY.replace(old, new, 1))
