"""What a data engineer would write is let through: no false alarm."""

import lineage_fixture
import pytest

from expectations.lineage import check_query

BENIGN = lineage_fixture.benign()


@pytest.fixture(scope="module")
def connection():
    return lineage_fixture.twin("random one")


@pytest.mark.parametrize("name", BENIGN)
def test_a_benign_model_is_let_through(connection, name):
    verdict = check_query(connection, BENIGN[name], raw_columns=lineage_fixture.RAW_COLUMNS)
    assert verdict.is_clean, [str(reason) for reason in verdict.reasons]


def test_there_are_more_models_than_the_design_asks_for():
    assert len(BENIGN) >= 50


@pytest.mark.parametrize("name", BENIGN)
def test_a_benign_model_gives_the_same_on_twins(name):
    sql = BENIGN[name]
    results = {
        repr(lineage_fixture.shared_twin(twin).execute(sql).fetchall())
        for twin in lineage_fixture.TWIN_TEXTS
    }
    assert len(results) == 1
