"""With a Prefect server the same flows run the same: same exports, no text in its records."""

import asyncio
import os
import shutil

import pytest

from flows.adapters.exports import ExportStore
from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier
from flows.serve import local_server
from flows.settings import PROJECT_DIR, load_settings
from flows.stages import run_stage
from flows.verifier.residue import files_with_any
from tests.e2e.conftest import TODAY

CANARY = "canary-"


@pytest.fixture(scope="module")
def served(finished, tmp_path_factory):
    """A copy of the finished home with one day's release taken out, and a server beside it."""
    world = finished.copied_to(tmp_path_factory.mktemp("served") / "home")
    ExportStore(world.home, "opt_in").withdraw("training_sessions", TODAY)
    shutil.rmtree(world.home / "candidates")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WINNOW_HOME", str(world.home))
        patch.setenv("WINNOW_TODAY", str(TODAY))
        patch.delenv("PREFECT_HOME", raising=False)
        with local_server(load_settings()) as url:
            patch.setenv("PREFECT_API_URL", url)
            yield world


def flow_runs() -> dict[str, tuple[str, str]]:
    """flow → type and message of its last run's state, as the server tells them."""
    from prefect.client.orchestration import PrefectClient

    async def read():
        # By address: Prefect reads its settings once, at its import, which may be another test's.
        async with PrefectClient(os.environ["PREFECT_API_URL"]) as client:
            flows = {flow.id: flow.name for flow in await client.read_flows()}
            return flows, await client.read_flow_runs()

    flows, runs = asyncio.run(read())
    runs.sort(key=lambda run: run.created)
    return {flows[run.flow_id]: (run.state.type.value, run.state.message or "") for run in runs}


def parts(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in files.items() if "part-" in name}


def test_a_run_under_prefect_publishes_the_same_bytes_as_one_without(finished, served, capfd):
    counts = run_stage("daily", Tier.OPT_IN, day=str(TODAY))
    # Every candidate is made anew; of two days it is what was released before, byte for byte.
    assert counts["export"]["counts"] == {"published": 1, "unchanged": 2}
    assert parts(served.exports("opt_in")) == parts(finished.exports("opt_in"))
    flows = ("daily", "pull_opt_in", "check_quality", "declassify", "build_signals")
    runs = flow_runs()
    assert {name: runs[name][0] for name in flows} == dict.fromkeys(flows, "COMPLETED")
    assert CANARY not in "".join(capfd.readouterr())


def test_a_failing_flow_ends_failed_with_a_message_that_quotes_nothing(
    served, monkeypatch, tmp_path, capfd
):
    """A door that casts text: DuckDB's own message quotes the text."""
    shutil.copytree(PROJECT_DIR / "dbt", tmp_path / "dbt")
    door = tmp_path / "dbt/models/declassified/dec_prompts__length_bucket.sql"
    text = door.read_text()
    door.write_text(text.replace("length(raw.raw__text) <", "cast(raw.raw__text as integer) <"))
    monkeypatch.setenv("WINNOW_PROJECT_DIR", str(tmp_path))
    published = served.exports("opt_in")
    with pytest.raises(WinnowError) as failure:
        run_stage("declassify", Tier.OPT_IN)
    assert "dec_prompts__length_bucket failed on" in failure.value.message
    assert served.exports("opt_in") == published
    kind, message = flow_runs()["declassify"]
    assert kind == "FAILED"
    assert failure.value.message in message and failure.value.remedy in message
    assert CANARY not in "".join(capfd.readouterr())


def test_no_text_is_in_what_prefect_keeps_nor_anywhere_outside_the_raw_zone(served):
    records = served.home / "prefect"
    assert list(records.rglob("prefect.db"))
    assert files_with_any(records, [CANARY]) == []
    assert [path for root in served.outside_raw() for path in files_with_any(root, [CANARY])] == []
