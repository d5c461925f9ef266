import pytest

from flows.adapters.files import check_out_file
from flows.policy.errors import WinnowError


def test_a_file_in_a_folder_that_is_yet_to_be_made_may_be_written(tmp_path):
    assert check_out_file(tmp_path / "new" / "report.html") == tmp_path / "new" / "report.html"


def test_a_name_under_the_home_folder_is_written_out(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "there").write_text("an older one")
    assert str(check_out_file(type(tmp_path)("~/there"))) == str(tmp_path / "there")


def test_a_folder_is_no_file_to_write(tmp_path):
    with pytest.raises(WinnowError, match="is a folder") as refused:
        check_out_file(tmp_path)
    assert refused.value.exit_code == 2


def test_below_a_file_nothing_can_stand(tmp_path):
    (tmp_path / "notes").write_text("words")
    with pytest.raises(WinnowError, match="below what is no folder"):
        check_out_file(tmp_path / "notes" / "report.html")
