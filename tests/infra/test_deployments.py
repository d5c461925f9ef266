"""prefect.yaml and compose.yaml: the deployments of `winnow serve`, for a server with workers."""

import json
import os
import subprocess
import sys
from functools import cache

import pytest
import yaml

from flows.policy.tiers import Tier
from flows.serve import SERVER_SETTINGS, SHARED
from flows.settings import PROJECT_DIR
from tests.infra.stack import INFRA

SCOPES = (*Tier, SHARED)

# In a process of its own: the flows are Prefect's only where an API is named before their import.
_SERVED = """
import json
from flows.serve import SHARED, _deployments
from flows.settings import load_settings
from flows.policy.tiers import Tier
found = [each for scope in (*Tier, SHARED) for each in _deployments(scope, load_settings())]
print(json.dumps([
    {"name": each.name, "parameters": each.parameters,
     "cron": [place.schedule.cron for place in each.schedules],
     "accepts": sorted(each._parameter_openapi_schema.properties)}
    for each in found
]))
"""


@cache
def written() -> dict[str, dict]:
    loaded = yaml.safe_load((INFRA / "prefect.yaml").read_text())
    return {each["name"]: each for each in loaded["deployments"]}


@cache
def served() -> dict[str, dict]:
    environment = os.environ | {"PREFECT_API_URL": "http://127.0.0.1:9/api"}
    found = subprocess.run(
        [sys.executable, "-c", _SERVED], cwd=PROJECT_DIR, env=environment, capture_output=True
    )
    return {each["name"]: each for each in json.loads(found.stdout.splitlines()[-1])}


@cache
def services() -> dict[str, dict]:
    return yaml.safe_load((INFRA / "compose.yaml").read_text())["services"]


def workers() -> dict[str, dict]:
    return {name: each for name, each in services().items() if name not in ("server", "deploy")}


def test_prefect_reads_the_file_as_it_is_written():
    from prefect.cli.deploy._config import _load_deploy_configs_and_actions
    from rich.console import Console

    console = Console(record=True, quiet=True)
    found, actions = _load_deploy_configs_and_actions(INFRA / "prefect.yaml", console=console)
    assert console.export_text() == ""
    # Prefect drops keys that it does not know: all of ours must come back.
    assert [set(each) for each in found] == [set(each) for each in written().values()]
    assert [each["parameters"] for each in found] == [
        each["parameters"] for each in written().values()
    ]
    assert len(actions["pull"]) == 1


def test_the_deployments_are_those_that_winnow_serves():
    assert set(written()) == set(served())
    for name, each in written().items():
        assert each["parameters"] == served()[name]["parameters"]
        assert [plan["cron"] for plan in each["schedules"]] == served()[name]["cron"]
        assert {plan["timezone"] for plan in each["schedules"]} == {"UTC"}


@pytest.mark.parametrize("name", written())
def test_every_entrypoint_exists_and_takes_the_parameters(name):
    path, function = written()[name]["entrypoint"].split(":")
    assert f"\ndef {function}(" in (PROJECT_DIR / path).read_text()
    assert set(written()[name]["parameters"]) <= set(served()[name]["accepts"])


def test_every_daily_run_plants_canaries():
    daily = [each for name, each in written().items() if name.startswith("daily_")]
    assert len(daily) == len(Tier) and all(each["parameters"]["canaries"] for each in daily)


def test_no_two_deployments_share_a_pool_or_run_twice_at_once():
    pools = [each["work_pool"]["name"] for each in written().values()]
    assert len(set(pools)) == len(pools)
    assert all(each["concurrency_limit"] == 1 for each in written().values())


def test_every_pool_has_one_worker_and_is_registered():
    pools = {each["work_pool"]["name"] for each in written().values()}
    assert sorted(each["command"][0] for each in workers().values()) == sorted(pools)
    registered = services()["deploy"]["command"][0]
    assert all(pool.removeprefix("winnow-") in registered.split() for pool in pools)


def test_a_worker_has_the_settings_of_one_tier_and_purpose():
    files = [each.get("env_file", []) for each in workers().values()]
    named = [place for each in files for place in each]
    assert len(set(named)) == len(named) == 2 * len(Tier)
    for name, each in workers().items():
        own = [place.rsplit("/", 1)[-1] for place in each.get("env_file", [])]
        assert own == ([] if name == "shared_purge" else [f"{name}.env"])
        assert not any(variable.startswith("WINNOW_") for variable in each["environment"])


def test_the_server_keeps_its_records_within_the_window_and_has_no_data():
    server = services()["server"]
    assert server["environment"].items() >= SERVER_SETTINGS.items()
    assert server["volumes"] == ["prefect:/data/prefect"] and "env_file" not in server
    assert server["ports"] == ["127.0.0.1:4200:4200"]


def test_every_container_runs_with_as_little_as_it_needs():
    for each in services().values():
        assert each["read_only"] is True and each["cap_drop"] == ["ALL"]
        assert each["security_opt"] == ["no-new-privileges:true"]


def test_the_image_holds_no_secret_and_runs_as_nobody_in_particular():
    lines = (INFRA / "Dockerfile").read_text().splitlines()
    assert "USER winnow" in lines and "WINNOW_HOME=/data" in "".join(lines)
    assert not any(word in line.upper() for line in lines for word in ("SECRET_", "ACCESS_KEY"))
    copied = [
        line.split()[1:-1] for line in lines if line.startswith("COPY") and "--from" not in line
    ]
    allowed = (INFRA / "Dockerfile.dockerignore").read_text().splitlines()
    assert {f"!{path}" for each in copied for path in each} == {
        line for line in allowed if line.startswith("!")
    }
    assert all((PROJECT_DIR / path).exists() for each in copied for path in each)


def test_the_image_installs_the_lock_file_by_its_hashes():
    text = (INFRA / "Dockerfile").read_text()
    assert "--require-hashes" in text and "-r requirements.lock" in text
    assert "FROM ${PYTHON}" in text and "python:3.11-slim" in text
