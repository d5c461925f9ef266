import subprocess
import sys
from functools import partial

import pytest

from flows.environment import environment_of
from flows.policy.errors import WinnowError
from flows.policy.tiers import SHARED, Tier
from flows.settings import PROJECT_DIR, load_settings, load_tier_settings


def test_a_misspelt_variable_is_named_and_not_ignored(monkeypatch):
    monkeypatch.setenv("WINNOW_OPTIN__SOURCE", "s3://bucket")
    with pytest.raises(WinnowError, match="WINNOW_OPTIN__SOURCE") as refusal:
        load_settings()
    assert refusal.value.exit_code == 2


def test_a_value_that_does_not_fit_is_named_by_its_variable_and_not_shown(monkeypatch):
    monkeypatch.setenv("WINNOW_TODAY", "next tuesday")
    with pytest.raises(WinnowError, match="WINNOW_TODAY") as refusal:
        load_settings()
    assert "tuesday" not in refusal.value.message


def test_unset_sources_are_folders_below_the_home(house):
    settings = load_settings()
    own = load_tier_settings(Tier.OPT_IN, settings)
    assert own.source == str(house.home / "sources/opt_in")
    assert own.control == str(house.home / "sources/control/opt_in")


def test_each_tier_reads_its_own_part_of_the_control_source(house, monkeypatch):
    monkeypatch.setenv("WINNOW_CONTROL__SOURCE", "s3://control/registry/")
    own = load_tier_settings(Tier.FEEDBACK, load_settings())
    assert own.control == "s3://control/registry/feedback"


def test_a_secret_is_not_shown_by_its_settings(house, monkeypatch):
    monkeypatch.setenv("WINNOW_OPT_IN__SECRET_ACCESS_KEY", "canary-secret")
    own = load_tier_settings(Tier.OPT_IN, load_settings())
    assert "canary-secret" not in f"{own!r} {own}"


def test_a_child_process_of_one_tier_gets_no_other_tiers_variables(monkeypatch):
    for tier in Tier:
        monkeypatch.setenv(f"WINNOW_{tier.upper()}__SOURCE", "s3://bucket")
    found = {name for name in environment_of(Tier.OPT_IN) if name.endswith("__SOURCE")}
    assert found == {"WINNOW_OPT_IN__SOURCE"}
    assert not [name for name in environment_of(SHARED) if name.endswith("__SOURCE")]


def test_no_plugin_of_pydantic_sees_what_settings_hold(tmp_path):
    (tmp_path / "spy.py").write_text("print('a plugin was loaded')")
    about = tmp_path / "spy-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: spy\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[pydantic]\nspy = spy\n")
    run = partial(
        subprocess.run, env={"PYTHONPATH": f"{tmp_path}:{PROJECT_DIR}"}, text=True,
        capture_output=True,
    )  # fmt: skip
    plain = "import pydantic\nclass Model(pydantic.BaseModel): pass"
    assert "a plugin was loaded" in run([sys.executable, "-c", plain]).stdout
    assert run([sys.executable, "-c", "import flows.settings"]).stdout == ""
