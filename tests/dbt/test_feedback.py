"""What sessions that came with a bug report are used for: a table of errors, and nothing else."""

import json

import duckdb
import pytest

from flows.commands.report import report
from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier
from tests.dbt.written import Landing, key

VERSION = {"client_major": 2, "client_minor": 1, "client_patch": 7}
FAILED = VERSION | {"actor": "tool", "kind": "tool_result", "tool_kind": "shell", "is_error": True}


@pytest.fixture(scope="module")
def feedback(tmp_path_factory) -> Landing:
    """Two sessions of a version, of which one failed twice, and one of no known version."""
    landing = Landing(tmp_path_factory.mktemp("home"), Tier.FEEDBACK)
    landing.events(
        "shard1",
        VERSION | {"event": "p1", "text": "synthetic words"},
        FAILED | {"event": "t1"},
        FAILED | {"event": "t2"},
        FAILED | {"event": "t3", "is_error": False},
        VERSION | {"event": "p2", "session": "s2", "text": "synthetic words"},
        {"event": "x1", "session": "s3", "actor": "system", "kind": "api_error", "is_error": True},
    )
    landing.declassify()
    landing.warehouse().build()
    return landing


@pytest.fixture
def home(feedback, monkeypatch):
    monkeypatch.setenv("WINNOW_HOME", str(feedback.home))
    return feedback.home


def test_errors_are_reported_by_version_and_tool(home, capsys):
    report(feedback=True, as_json=True)
    shell, api = json.loads(capsys.readouterr().out)["feedback_errors"]
    assert shell == VERSION | {
        "error_kind": "tool_error",
        "tool_kind": "shell",
        "error_count": 2,
        "session_count": 1,
        "account_count": 1,
        "version_session_count": 2,
    }
    assert (api["client_major"], api["error_kind"], api["tool_kind"]) == (None, "api_error", "none")


def test_the_table_is_for_people_too(home, capsys):
    report(feedback=True)
    said = capsys.readouterr().out
    assert "2.1.7" in said and "unknown" in said and "shell" in said


def test_no_key_and_no_text_stands_in_the_report(home, capsys):
    report(feedback=True, as_json=True)
    said = capsys.readouterr().out
    assert not [word for word in ("synthetic", key("a1"), key("s1")) if word in said]


def test_feedback_has_no_candidate_for_export(feedback):
    assert feedback.warehouse().write_candidates() == {}


def test_the_other_tiers_do_not_have_the_table(built):
    with duckdb.connect(built.home / "warehouse" / "opt_in.duckdb", read_only=True) as connection:
        tables = {row[0] for row in connection.execute("show tables").fetchall()}
    assert "stg_events" in tables and "feedback_errors" not in tables


def test_a_warehouse_that_is_not_built_yet_is_refused_with_what_builds_it(tmp_path, monkeypatch):
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path))
    with pytest.raises(WinnowError, match="no table of errors") as refusal:
        report(feedback=True)
    assert "winnow run --tier feedback" in refusal.value.remedy
