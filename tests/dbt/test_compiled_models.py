"""What `winnow check` analyses is the project as it stands, whatever dbt has parsed before."""

import shutil
import threading
from pathlib import Path

import pytest

from flows.adapters import compiled_models
from flows.adapters.compiled_models import compile_tier, load_compiled_tier
from flows.policy.errors import WinnowError
from tests.dbt.written import PROJECT

SIGNAL = "models/signals/sig_session__interruption"


@pytest.fixture
def project(tmp_path) -> Path:
    return Path(shutil.copytree(PROJECT, tmp_path / "dbt"))


def test_after_an_edit_the_models_and_tests_are_those_of_a_fresh_start(project, tmp_path):
    before = load_compiled_tier(tmp_path / "home", project, "feedback")
    macro, contract = project / "macros/session_bit.sql", project / f"{SIGNAL}.yml"
    macro.write_text(macro.read_text().replace("pow(0.03,", "pow(0.04,"))
    contract.write_text(contract.read_text().replace("data_tests: [one_row_per_session]", ""))
    after = load_compiled_tier(tmp_path / "home", project, "feedback")
    fresh = compile_tier(project, "feedback")
    # Of models that do not read each other the order is chance.
    assert set(after.models) == set(fresh.models)
    assert after.tests == fresh.tests
    assert len(after.tests) == len(before.tests) - 1
    assert len(set(after.models) - set(before.models)) > 1


def test_two_checks_at_once_do_not_share_a_folder(tmp_path):
    inside = threading.Barrier(2, timeout=10)
    folders = []

    def work():
        with compiled_models._parsed_before(tmp_path / "parsed") as folder:
            folders.append(folder)
            inside.wait()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(folders)) == 2 and tmp_path / "parsed" in folders


def test_a_file_that_dbt_cannot_make_sense_of_is_named(project):
    model = project / f"{SIGNAL}.sql"
    model.write_text(model.read_text().replace("ref('stg_", "ref('canary_"))
    with pytest.raises(WinnowError, match=rf"dbt could not start on opt_in .*{SIGNAL}") as failed:
        compile_tier(project, "opt_in")
    assert "canary" not in str(failed.value)
