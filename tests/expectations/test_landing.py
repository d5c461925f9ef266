"""The quality of what comes in."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from expectations import landing
from expectations.landing import PolicyError, check_landing
from expectations.landing.policy import load_schema
from flows.adapters.landing import arrow_schema
from flows.policy.schemas import LANDING

TODAY = date(2026, 3, 31)


def counts(landed=1000, days=20, **changed) -> dict:
    """So many lines a day up to today; `changed` sets the counts of yesterday."""
    usual = {
        TODAY - timedelta(days=back): {"lines.read": landed, "lines.landed": landed}
        for back in range(days)
    }
    yesterday = TODAY - timedelta(days=1)
    return usual | {
        yesterday: usual[yesterday] | {k.replace("__", "."): v for k, v in changed.items()}
    }


def write(root, dataset, sql, day=TODAY):
    folder = root / dataset / f"date={day}" if day else root / dataset
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(f"copy ({sql}) to '{folder / 'shard.parquet'}' (format parquet)")


def events(rows=200, others=0, types=None) -> str:
    kinds = {name: f"null::{kind}" for name, kind in {**LANDING["events"], **(types or {})}.items()}
    kinds["tool_kind"] = f"case when i < {others} then 'other' when i < 190 then 'read' end"
    columns = ", ".join(f"{expression} as {name}" for name, expression in kinds.items())
    return f"select {columns} from range({rows}) as t (i)"


def found(root, known=None, policy=None) -> list[str]:
    findings = check_landing(root, counts() if known is None else known, TODAY, policy)
    assert all(finding.remedy for finding in findings)
    return [finding.check for finding in findings]


def test_a_usual_day_has_no_findings(tmp_path):
    write(tmp_path, "events", events())
    assert found(tmp_path) == []


def test_the_schema_is_the_contract_of_landing():
    """Written out twice on purpose: what lands is judged by its own list."""
    contract = {
        dataset: {field.name: str(field.type) for field in arrow_schema(columns)}
        for dataset, columns in LANDING.items()
    }
    assert load_schema() == contract


@pytest.mark.parametrize("types", [{"is_error": "VARCHAR"}, {"raw__text": "VARCHAR"}])
def test_another_type_or_column_fails(tmp_path, types):
    write(tmp_path, "events", events(types=types))
    assert [
        (each.check, each.level, each.place) for each in check_landing(tmp_path, counts(), TODAY)
    ] == [("schema", "fail", "events")]


def test_control_data_has_a_schema_too(tmp_path):
    write(tmp_path, "consent", "select 'x' as account_id", day=None)
    assert found(tmp_path) == ["schema"]


def test_old_files_are_not_opened(tmp_path):
    write(tmp_path, "events", "select 1 as x", TODAY - timedelta(days=9))
    assert found(tmp_path) == []


@pytest.mark.parametrize("age, expected", [(0, []), (2, []), (3, ["freshness"])])
def test_a_source_that_fell_silent_is_told(tmp_path, age, expected):
    known = {TODAY - timedelta(days=age): {"lines.read": 5, "lines.landed": 5}}
    assert found(tmp_path, known) == expected


def test_a_source_of_which_nothing_landed_is_told(tmp_path):
    assert found(tmp_path, {}) == ["freshness"]


@pytest.mark.parametrize(
    "landed, expected",
    [(299, ["volume"]), (300, []), (3000, []), (3001, ["volume"]), (0, ["volume"])],
)
def test_a_day_is_held_against_the_median_of_those_before(tmp_path, landed, expected):
    assert found(tmp_path, counts(lines__landed=landed, lines__read=landed)) == expected


def test_a_missing_day_is_a_day_without_lines(tmp_path):
    known = counts()
    del known[TODAY - timedelta(days=1)]
    assert found(tmp_path, known) == ["volume"]


def test_few_days_say_nothing_about_volume(tmp_path):
    assert found(tmp_path, counts(days=6, lines__landed=1)) == []


@pytest.mark.parametrize("faults, expected", [(50, []), (51, ["refused"])])
def test_a_share_of_lines_that_cannot_be_read_is_told(tmp_path, faults, expected):
    assert found(tmp_path, counts(lines__refused__bad_json=faults)) == expected


def test_lines_refused_for_consent_are_no_fault_of_the_data(tmp_path):
    assert found(tmp_path, counts(lines__refused__no_consent=900)) == []


@pytest.mark.parametrize("others, expected", [(76, []), (77, ["other"])])
def test_a_share_of_other_is_told_of_known_values(tmp_path, others, expected):
    """190 of 200 events have a tool; 40 % of them may be `other`."""
    write(tmp_path, "events", events(others=others))
    assert found(tmp_path) == expected


def test_policy_says_what_stops_a_run_and_findings_have_no_counts(tmp_path):
    shipped = Path(landing.__file__).with_name("policy.yml")
    policy = tmp_path / "policy.yml"
    policy.write_text(
        shipped.read_text().replace("freshness: {level: warn", "freshness: {level: fail")
    )
    finding = check_landing(tmp_path, {}, TODAY, policy)[0]
    assert finding.level == "fail"
    assert str(finding).startswith("freshness: no day has landed → ")


@pytest.mark.parametrize(
    "text", ["recent_days: 3", "schema: {level: loud}", "[", "x: &a [*a]", "freshness: {most: 1}"]
)
def test_an_edited_policy_is_refused(tmp_path, text):
    policy = tmp_path / "policy.yml"
    policy.write_text(text)
    with pytest.raises(PolicyError, match=r"policy\.yml"):
        check_landing(tmp_path, counts(), TODAY, policy)
