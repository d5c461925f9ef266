"""The register of doors: complete entries only, and bits that follow from the domain."""

import pytest

from expectations.declassifiers import DeclassifierError, by_model, load_declassifiers

ENTRY = """
doors:
  is_todo:
    model: dec_prompts__todo
    column: is_todo
    computes: whether the word stands there
    fingerprint: 0123456789abcdef
    domain: {domain: bool, nullable: true}
    bits: 1.58
    owner: privacy
    reason: a test
"""


def load(tmp_path, text):
    path = tmp_path / "declassifiers.yml"
    path.write_text(text)
    return load_declassifiers(path)


def test_an_entry_is_read(tmp_path):
    door = load(tmp_path, ENTRY)["is_todo"]
    assert (door.model, door.fingerprint, door.owner) == (
        "dec_prompts__todo", "0123456789abcdef", "privacy",
    )  # fmt: skip
    assert by_model({"is_todo": door}) == {"dec_prompts__todo": {"0123456789abcdef": "is_todo"}}


def test_null_is_a_value(tmp_path):
    with pytest.raises(DeclassifierError, match=r"log2 of the domain's size, 1\.58"):
        load(tmp_path, ENTRY.replace("1.58", "1.0"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    owner: privacy\n", ""),
        ("    reason: a test\n", ""),
        ("    fingerprint: 0123456789abcdef\n", ""),
        ("bits: 1.58", "bits: many"),
        ("domain: bool", "domain: text"),
        ("domain: bool, nullable: true", "domain: enum, values: []"),
        ("domain: bool, nullable: true", "domain: ratio, step: 0.1"),
        ("    owner: privacy", "    owner: privacy\n    colour: blue"),
        ("doors:", "windows:"),
        ("doors:", "doors: ["),
    ],
)
def test_what_is_missing_or_unknown_is_refused(tmp_path, old, new):
    with pytest.raises(DeclassifierError):
        load(tmp_path, ENTRY.replace(old, new, 1))


def test_a_missing_register_is_refused(tmp_path):
    with pytest.raises(DeclassifierError):
        load_declassifiers(tmp_path / "none.yml")


def test_the_register_of_this_repository_can_be_read():
    assert load_declassifiers()
