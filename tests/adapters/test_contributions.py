import duckdb
import pytest

from flows.adapters.contributions import open_contributions
from flows.adapters.purge_files import remove_leftovers
from flows.policy.errors import WinnowError
from flows.verifier.folders import tier_data
from flows.verifier.memory import Memory


def test_what_a_killed_release_spilled_is_seen_by_the_verifier_and_goes_with_a_purge(tmp_path):
    (tmp_path / "warehouse").mkdir()
    duckdb.connect(tmp_path / "warehouse" / "default_tier.duckdb").close()
    with open_contributions(tmp_path, "default_tier"):
        (folder,) = (tmp_path / "warehouse").rglob("release")
    left = folder / "duckdb_temp_storage-0.tmp"
    folder.mkdir(parents=True)
    left.write_bytes(b"exact rows")
    kinds = [datum.kind for datum in tier_data(tmp_path, "default_tier", Memory(None))]
    assert kinds.count("leftovers") == 1
    assert remove_leftovers(tmp_path, "default_tier") == 1
    assert not left.exists()


def test_nothing_is_released_from_a_warehouse_that_is_missing(tmp_path):
    missing = pytest.raises(WinnowError, match="warehouse of default_tier is missing")
    with missing, open_contributions(tmp_path, "default_tier"):
        pass
