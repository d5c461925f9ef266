"""Every way in is refused before it runs, and one more layer catches it where that is off."""

import lineage_fixture
import lineage_layers
import pytest

ATTACKS = lineage_fixture.attacks()

# What a layer behind the static one cannot see, and why it is no gap.
STATIC_ALONE = {
    "row_identifiers": "insertion order; the writer orders rows by keyed hash",
    "prose_searched_for_words": "the result is a legal number that depends on SQL alone",
}


@pytest.fixture(scope="module")
def matrix():
    return {attack.name: lineage_layers.caught_by(attack) for attack in ATTACKS}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_refused_before_it_runs(attack, matrix):
    assert matrix[attack.name]["static"]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_another_layer_catches_an_attack_with_the_static_one_off(attack, matrix):
    others = [layer for layer in lineage_layers.LAYERS[1:] if matrix[attack.name][layer]]
    assert bool(others) != (attack.name in STATIC_ALONE)


def test_there_are_more_cases_than_the_design_asks_for():
    assert len(ATTACKS) >= 75
