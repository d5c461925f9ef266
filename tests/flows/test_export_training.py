"""candidate → gate → publish, as the daily run does it."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from expectations import second_opinion
from flows.adapters.exports import ExportStore
from flows.adapters.landed_index import LandedIndex
from flows.export_days import open_release
from flows.export_training import export_dates, export_training
from flows.policy.errors import WinnowError
from flows.policy.landing import Index, Landed
from flows.policy.tiers import Tier

DAY = date(2026, 3, 30)
EARLIER = DAY - timedelta(days=1)
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
BROKEN = "select * replace ('fix the login page' as model) from sessions"
OTHER = "select * replace (5::integer as turn_count) from sessions"


@pytest.fixture(autouse=True)
def no_second_opinion(monkeypatch):
    """It is tested with the gate; here it would cost its import."""
    monkeypatch.setattr(second_opinion, "failed", lambda *_: [])


@pytest.fixture
def project(tmp_path):
    (tmp_path / "dbt").mkdir()
    (tmp_path / "dbt" / "model.sql").write_text("select 1")
    return tmp_path


@pytest.fixture
def run(bench, project):
    def call(tier=Tier.OPT_IN, dates=(EARLIER, DAY), now=NOON):
        release = open_release(bench.home, tier, bench.today, now, project, bench.allowlists)
        return export_dates(release, dates)

    return call


def published(bench, day=DAY, tier="opt_in", name="training_sessions"):
    folder = bench.home / "exports" / tier / name / f"date={day}"
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def manifest(bench, day=DAY) -> dict:
    return json.loads(published(bench, day)["manifest.json"])


def test_a_clean_candidate_is_published_with_its_manifest(bench, run):
    bench.sessions(rows=40)
    summary = run()
    assert summary["counts"] == {"published": 1} and summary["refusals"] == []
    assert summary["exports"][0]["rows"] == 40
    document = manifest(bench)
    assert document["created_at"] == "2026-03-31T12:00:00Z"
    assert document["expires_at"] == "2026-04-29T00:00:00Z"
    assert document["bits_per_row"] == 13.302 and document["key_bits"] == 132.907
    assert document["mechanism"] == {"name": "none", "epsilon_spent": 0}
    assert document["gate"]["is_clean"] and "domains" in document["gate"]["rules"]
    assert set(document["versions"]) == {"policy", "policy_version", "dbt_project", "code"}
    assert [column["domain"] for column in document["schema"]["columns"]] == [
        "keyed_hash", "date", "bool", "enum", "integer", "ratio",
    ]  # fmt: skip


def test_the_manifest_says_what_was_read_landed_and_refused(bench, run):
    entry = Landed("v", "c", lines_read=9, lines_landed=6, lines_refused={"bad_json": 3})
    LandedIndex(bench.home / "state" / "opt_in").save(DAY, Index(objects={"o": entry}))
    bench.sessions()
    run()
    source = manifest(bench)["source"]
    assert source["lines.read"] == 9 and source["lines.refused.bad_json"] == 3


def test_a_rerun_touches_nothing_and_asks_the_gate_nothing(bench, run, monkeypatch):
    bench.sessions()
    run()
    before = published(bench)
    monkeypatch.setattr("flows.export_days.check_export", None)
    assert run(now=NOON + timedelta(hours=3))["counts"] == {"unchanged": 1}
    assert published(bench) == before


def test_a_run_that_died_before_publishing_is_replayed_from_its_record(bench, run, monkeypatch):
    bench.sessions()

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("flows.adapters.exports._copy", die)
        with pytest.raises(KeyboardInterrupt):
            run()
    assert published(bench) == {}
    run(now=NOON + timedelta(hours=3))
    assert manifest(bench)["created_at"] == "2026-03-31T12:00:00Z"


def test_a_changed_candidate_replaces_what_was_published(bench, run):
    bench.sessions()
    run()
    before = published(bench)
    bench.sessions(OTHER)
    assert run()["counts"] == {"published": 1}
    assert published(bench).keys() ^ before.keys()
    assert len(published(bench)) == 2


def test_another_version_of_the_models_is_judged_and_stated_anew(bench, run, project):
    bench.sessions()
    run()
    before = manifest(bench)
    (project / "dbt" / "model.sql").write_text("select 2")
    assert run()["counts"] == {"published": 1}
    after = manifest(bench)
    assert after["files"] == before["files"]
    assert after["versions"]["dbt_project"] != before["versions"]["dbt_project"]


def test_a_refused_candidate_leaves_what_was_published_before(bench, run):
    bench.sessions()
    run()
    before = published(bench)
    bench.sessions(BROKEN)
    summary = run()
    assert summary["counts"] == {"refused": 1}
    assert {refusal["rule"] for refusal in summary["refusals"]} >= {"domains", "no_free_text"}
    assert "login" not in json.dumps(summary)
    assert published(bench) == before


def test_one_refused_day_keeps_the_other_days_of_its_export_back(bench, run):
    bench.sessions(BROKEN, day=EARLIER)
    bench.sessions()
    assert run()["counts"] == {"refused": 1, "stopped": 1}
    assert published(bench) == {} == published(bench, EARLIER)


def test_the_default_tier_is_held_and_its_counts_are_not_told(bench, run):
    bench.cohorts()
    summary = run(Tier.DEFAULT)
    assert summary == {
        "counts": {"held": 1},
        "exports": [{"export": "training_cohorts", "date": str(DAY), "outcome": "held"}],
        "refusals": [],
    }
    assert published(bench, tier="default_tier", name="training_cohorts") == {}


def test_a_small_cell_of_the_default_tier_is_refused_not_held(bench, run):
    bench.cohorts("select * replace (account_count - 3 as account_count) from cohorts")
    summary = run(Tier.DEFAULT)
    assert summary["counts"] == {"refused": 1}
    assert "minimum_accounts" in {refusal["rule"] for refusal in summary["refusals"]}


def test_a_release_whose_candidate_is_gone_is_withdrawn(bench, run):
    folder = bench.sessions()
    run()
    (folder / "part-0.parquet").unlink()
    assert run()["counts"] == {"withdrawn": 1}
    assert published(bench) == {}
    assert run() == {"counts": {}, "exports": [], "refusals": []}


def test_days_that_were_not_asked_for_are_left_alone(bench, run):
    folder = bench.sessions()
    run()
    (folder / "part-0.parquet").unlink()
    assert run(dates=[EARLIER])["counts"] == {}
    assert published(bench)


def test_a_published_file_that_was_damaged_is_published_again(bench, run):
    bench.sessions()
    run()
    before = published(bench)
    store = ExportStore(bench.home, "opt_in")
    folder = store.export_folder("training_sessions", DAY)
    next(folder.glob("*.parquet")).write_bytes(b"damaged")
    assert run()["counts"] == {"published": 1}
    assert published(bench) == before


def test_a_stray_file_beside_a_release_is_removed(bench, run):
    bench.sessions()
    run()
    before = published(bench)
    store = ExportStore(bench.home, "opt_in")
    (store.export_folder("training_sessions", DAY) / "part-9.parquet").write_bytes(b"stray")
    run()
    assert published(bench) == before


def test_an_edited_allowlist_stops_the_run_with_its_place(bench, run):
    bench.edit("opt_in", "maximum: 50", "maximum: 50, typo: 1")
    bench.sessions()
    with pytest.raises(WinnowError, match=r"opt_in\.yml, exports.*turn_count.*typo") as error:
        run()
    assert error.value.exit_code == 2
    assert published(bench) == {}


def test_the_flow_ends_in_an_error_that_lists_the_refusals(bench, monkeypatch):
    bench.sessions(BROKEN)
    monkeypatch.setenv("WINNOW_HOME", str(bench.home))
    monkeypatch.setenv("WINNOW_TODAY", str(bench.today))
    with pytest.raises(WinnowError) as error:
        export_training(Tier.OPT_IN)
    assert "opt_in/training_sessions/date=2026-03-30: columns" in error.value.message
    assert error.value.exit_code == 1


def test_the_flow_of_a_tier_without_candidates_has_nothing_to_do(bench, monkeypatch):
    monkeypatch.setenv("WINNOW_HOME", str(bench.home))
    assert export_training(Tier.FEEDBACK) == {"counts": {}, "exports": [], "refusals": []}
