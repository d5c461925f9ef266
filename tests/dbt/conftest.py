"""Starting dbt costs seconds: one landing is declassified and built once for the whole session, and
every test that only reads looks at that one.
"""

import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.dbt.written import DAY, PROJECT, Landing, key


@pytest.fixture
def landing(tmp_path, compiled) -> Landing:
    """An empty tier, with the declassified models compiled already."""
    shutil.copytree(compiled, tmp_path / "state" / "dbt-compiled")
    return Landing(tmp_path, "opt_in")


@pytest.fixture(scope="session")
def compiled(tmp_path_factory) -> Path:
    """The folder of compiled models, made by dbt once."""
    from flows.adapters.compiled_models import load_compiled

    home = tmp_path_factory.mktemp("compiled")
    load_compiled(home, PROJECT, "opt_in")
    return home / "state" / "dbt-compiled"


@pytest.fixture(scope="session")
def built(tmp_path_factory, compiled) -> Landing:
    """Four sessions of three accounts, declassified and built: see `_write_story`."""
    home = tmp_path_factory.mktemp("built")
    shutil.copytree(compiled, home / "state" / "dbt-compiled")
    landing = Landing(home, "opt_in")
    _write_story(landing)
    landing.declassify()
    warehouse = landing.warehouse()
    warehouse.build()
    warehouse.write_candidates()
    return landing


def _write_story(landing: Landing) -> None:
    """busy: an account in an experiment, with every act. resumed: a copy of busy and one reply.
    quiet: one prompt. revoked: an account that took its consent back. expired: of an old session
    whose later day is still there."""
    prompt = {"event": "p1", "message_key": key("p1"), "text": "synthetic words, first"}
    again = {"event": "p2", "message_key": key("p2"), "text": "Synthetic  words, FIRST"}
    busy = [
        prompt,
        {"event": "r1", "actor": "agent", "kind": "reply", "model_family": "opus"}
        | {"output_tokens": 1500, "client_major": 2, "client_minor": 1, "client_patch": 7},
        {"event": "t1", "actor": "agent", "kind": "tool_call", "tool_kind": "edit"},
        {"event": "t2", "actor": "tool", "kind": "tool_result", "lines_added_count": 30},
        {"event": "i1", "kind": "interruption"},
        {"event": "j1", "kind": "rejection"},
        again,
    ]
    landing.events("shard1", *(event | {"session": "busy", "object": "o1"} for event in busy))
    copies = [event | {"session": "resumed", "object": "o2"} for event in (prompt, again)]
    own = {"event": "r2", "session": "resumed", "object": "o2", "actor": "agent", "kind": "reply"}
    landing.events("shard2", *copies, own)
    landing.events(
        "shard3",
        {"event": "q1", "session": "quiet", "account": "a2", "text": "synthetic"},
        {"event": "q2", "session": "revoked", "account": "a3", "text": "synthetic"},
        {"event": "q3", "session": "expired", "account": "a2", "session_date": date(2026, 3, 1)},
    )
    landing.consent(a1="granted", a2="granted", a3="revoked")
    assigned = {"experiment": "agent_variant", "variant": "treatment", "assigned_date": DAY}
    landing.assignments(assigned | {"account_key": key("a1")})
    measured = {"lines_bucket": "20-99", "checked_date": DAY}
    landing.survival(
        {"session_key": key("busy"), "checkpoint": "1h", "survival_ratio": 0.876} | measured
    )
