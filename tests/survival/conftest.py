import pytest

from tests.survival.small_repo import Repo


@pytest.fixture
def repo(tmp_path) -> Repo:
    return Repo(tmp_path / "repo.git")
