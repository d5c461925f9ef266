"""An account is erased on its own word: everywhere, for good, and nothing of anybody else."""

import hashlib
import json
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.adapters.receipts import Receipts
from flows.adapters.tombstones import Erasures, Tombstones
from flows.erase_account import erase
from flows.policy.errors import WinnowError
from flows.policy.manifests import manifest_bytes
from flows.policy.tiers import Tier
from flows.verifier.residue import files_with_any
from tests.flows.house import DAY, TODAY, prompt

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def erase_now(shop):
    def call(account="ada", tier=Tier.OPT_IN, **options):
        shop.fresh()
        try:
            return erase(tier, account, **({"execute": True} | options))
        finally:
            shop.fresh()

    return call


def on(monkeypatch, day: date) -> None:
    monkeypatch.setenv("WINNOW_TODAY", str(day))


def test_a_plan_counts_places_by_kind_and_changes_nothing(shop, erase_now):
    before = {path: path.read_bytes() for path in shop.home.rglob("*.parquet")}
    plan = erase_now(execute=False)
    kinds = {each["kind"]: each["place_count"] for each in plan["kinds"]}
    assert kinds["source/sessions"] == 2 and kinds["exports"] == 1 and kinds["warehouse"] == 1
    assert {path: path.read_bytes() for path in shop.home.rglob("*.parquet")} == before
    assert not Tombstones(shop.home, "opt_in").load()


def test_a_plan_that_changed_since_is_not_executed(shop, erase_now):
    checksum = erase_now(execute=False)["checksum"]
    shop.session("ada", "a3")
    with pytest.raises(WinnowError, match="another checksum"):
        erase_now(checksum=checksum, execute=False)
    assert shop.rows() >= {shop.key_of("a1")}


def test_a_plan_is_executed_by_its_checksum(shop, erase_now):
    erase_now(checksum=erase_now(execute=False)["checksum"], execute=False)
    assert shop.traces("ada", ["a1", "a2"]) == set()


def test_every_trace_of_the_account_is_gone_and_nothing_of_others(shop, erase_now):
    assert shop.traces("ada", ["a1"]) >= {"landing/raw", "landing/events", "landing/consent",
        "state/landed", "state/contributions", "warehouse", "candidates", "exports"}  # fmt: skip
    kept = shop.traces("ben", ["b1"])
    erase_now()
    assert shop.traces("ada", ["a1", "a2"]) == set()
    assert files_with_any(shop.home / "landing", ["words of ada", "an answer to ada"]) == []
    assert files_with_any(shop.home / "sources" / "opt_in", ["ada"]) == []
    assert shop.traces("ben", ["b1"]) == kept
    assert [row["raw__text"] for row in shop.house.landed("raw")] == [
        "words of ben", "an answer to ben",
    ]  # fmt: skip


def test_text_that_a_killed_pull_left_goes_though_nothing_knows_its_session(shop, erase_now):
    (shard,) = (shop.home / f"landing/opt_in/raw/date={DAY}").glob("*.parquet")
    rows = pq.read_table(shard)
    names = pa.array(["of no event that landed"] * rows.num_rows)
    for column in ("session_key", "event_key"):
        rows = rows.set_column(rows.schema.get_field_index(column), column, names)
    pq.write_table(rows, shard.with_name("feedfacefeedface.parquet"))
    erase_now()
    assert files_with_any(shop.home / "landing", ["words of ada"]) == []
    assert files_with_any(shop.home / "landing", ["words of ben"]) == [shard]


def test_a_release_is_written_anew_with_what_it_supersedes_and_what_to_drop(shop, erase_now):
    old = shop.manifest()
    erase_now()
    new = shop.manifest()
    assert shop.rows() == {shop.key_of("b1")} and new["rows"] == 1
    assert new["supersedes"] == {
        "content_key": old["content_key"],
        "manifest_sha256": hashlib.sha256(manifest_bytes(old)).hexdigest(),
    }
    assert new["erased_session_keys"] == sorted([shop.key_of("a1"), shop.key_of("a2")])


def test_the_next_run_leaves_the_renewed_release_as_it_is(shop, erase_now):
    erase_now()
    renewed = shop.manifest()
    assert shop.run()["counts"] == {"unchanged": 1}
    assert shop.manifest() == renewed


def test_a_later_release_of_the_day_still_says_what_to_drop(shop, erase_now):
    erase_now()
    renewed = shop.manifest()
    shop.session("ben", "b2")
    shop.run()
    assert shop.manifest()["erased_session_keys"] == renewed["erased_session_keys"]
    assert shop.manifest()["supersedes"]["content_key"] == renewed["content_key"]


def test_a_release_of_the_account_alone_is_withdrawn(shop, erase_now):
    earlier = DAY - timedelta(days=1)
    shop.session("ada", "a0", at=f"{earlier}T08:00:00Z")
    shop.run()
    assert shop.manifest(earlier)
    erase_now()
    assert not (shop.home / f"exports/opt_in/training_sessions/date={earlier}").exists()


def test_a_release_that_the_gate_refuses_is_withdrawn(shop, erase_now):
    shop.bench.edit("opt_in", "maximum: 50, step: 5", "maximum: 4")
    erase_now()
    assert shop.manifest() == {}


def test_an_old_source_that_comes_back_is_refused_by_reason(shop, erase_now):
    erase_now()
    shop.session("ada", "a1")
    counts = shop.run()
    assert counts["run"]["objects.refused.erased"] == 1
    assert shop.traces("ada", ["a1"]) == set()


def test_a_source_that_the_product_purges_is_left_and_its_sessions_stay_out(
    shop, erase_now, monkeypatch
):
    monkeypatch.setenv("WINNOW_OPT_IN__SOURCE_PURGE", "product")
    erase_now()
    assert files_with_any(shop.home / "sources" / "opt_in", ["words of ada"])
    assert shop.run()["run"]["objects.refused.erased"] == 2
    assert shop.traces("ada", ["a1", "a2"]) == set()


def test_a_session_of_the_day_of_the_erasure_is_refused_line_by_line(shop, erase_now):
    erase_now()
    shop.session("ada", "today", at=f"{TODAY}T08:00:00Z")
    counts = shop.run()
    assert counts["run"]["lines.refused.erased"] == 2
    assert shop.traces("ada") == set()


def test_who_agrees_again_takes_part_with_later_sessions_only(shop, erase_now, monkeypatch):
    erase_now()
    on(monkeypatch, TOMORROW)
    shop.house.consent("ada", at=f"{TODAY}T18:00:00Z")
    shop.session("ada", "before", at=f"{TODAY}T15:00:00Z")
    shop.session("ada", "a1")
    shop.session("ada", "after", at=f"{TOMORROW}T08:00:00Z")
    run = shop.pull(day=TOMORROW)["run"]
    assert run["lines.landed"] == 2 and run["lines.refused.no_consent"] == 2
    keys = {row["session_key"] for row in shop.house.landed("events")}
    assert keys == {shop.key_of("b1"), shop.key_of("after", TOMORROW)}


def test_what_came_before_the_new_word_stays_out_when_the_erasure_is_long_past(
    shop, erase_now, monkeypatch
):
    erase_now()
    for word in (shop.home / "sources/control/opt_in/consent").glob("erase-*"):
        word.unlink()  # As in a registry of the product's, which was not told.
    between, again, later = (TODAY + timedelta(days=days) for days in (5, 6, 31))
    shop.house.consent("ada", at=f"{again}T10:00:00Z")
    shop.session("ada", "between", at=f"{between}T09:00:00Z")
    shop.session("ada", "after", at=f"{again}T11:00:00Z")
    on(monkeypatch, later)
    shop.pull(day=later)
    keys = {row["session_key"] for row in shop.house.landed("events")}
    assert shop.key_of("after", again) in keys
    assert shop.key_of("between", between) not in keys


def test_survival_of_an_erased_session_does_not_land_again(shop, erase_now):
    line = {"session_id": "a1", "checkpoint": "1h", "survival_ratio": 0.5,
            "lines_bucket": "20-99", "checked_at": f"{DAY}T12:00:00Z"}  # fmt: skip
    folder = shop.home / "sources/opt_in/survival" / str(DAY)
    folder.mkdir(parents=True)
    (folder / "x.jsonl").write_text(json.dumps(line) + "\n")
    shop.run()
    assert len(shop.house.landed("survival")) > 0
    erase_now()
    assert shop.house.landed("survival") == []
    assert shop.run()["control"]["survival.refused.erased"] == 1
    assert shop.house.landed("survival") == []


def test_winnows_own_registry_gets_the_revocation(shop, erase_now):
    assert erase_now()["registry"] == "revocation recorded"
    written = [path.read_text() for path in (shop.home / "sources/control").rglob("erase-*.jsonl")]
    assert json.loads(written[0])["state"] == "revoked"


def test_the_products_registry_is_never_written_to(shop, erase_now, monkeypatch, tmp_path):
    elsewhere = tmp_path / "registry"
    (shop.home / "sources/control").rename(elsewhere)
    monkeypatch.setenv("WINNOW_CONTROL__SOURCE", str(elsewhere))
    before = {path: path.read_bytes() for path in elsewhere.rglob("*.jsonl")}
    assert erase_now()["registry"] == "to be recorded by the product"
    assert {path: path.read_bytes() for path in elsewhere.rglob("*.jsonl")} == before
    on(monkeypatch, TOMORROW)
    shop.session("ada", "later", at=f"{TOMORROW}T08:00:00Z")
    assert shop.pull(day=TOMORROW)["run"]["lines.refused.no_consent"] == 2


def test_an_object_set_aside_is_forgotten(shop, erase_now):
    folder = shop.home / "state/opt_in/quarantine"
    folder.mkdir()
    for account in ("ada", "adam"):
        entry = {"path": f"sessions/{DAY}/{account}/x.jsonl", "version": "v",
                 "source_date": str(DAY), "attempts": 1}  # fmt: skip
        (folder / f"{account}.json").write_text(json.dumps(entry))
    erase_now()
    assert [path.name for path in folder.iterdir()] == ["adam.json"]


def test_the_receipt_has_counts_before_and_after_and_no_name(shop, erase_now):
    erase_now()
    receipts = Receipts(shop.home)
    (receipt,) = receipts.read()
    assert receipts.is_whole() and receipt["scope"] == "opt_in/erasure"
    assert receipt["before"]["landing/raw"] == 1 and receipt["after"] == {}
    assert "ada" not in json.dumps(receipt)


def test_an_erasure_is_no_purge(shop, erase_now):
    from flows.store_status import scope_status

    erase_now()
    assert scope_status("opt_in")["last_purge"] is None


def test_nothing_under_state_names_the_account_afterwards(shop, erase_now):
    erase_now()
    assert files_with_any(shop.home / "state", ['"ada"', "/ada/"]) == []
    assert Erasures(shop.home, "opt_in").load() == {}


def test_erasing_again_finds_nothing(shop, erase_now):
    erase_now()
    assert erase_now()["kinds"] == []


def test_an_account_that_is_not_there_is_a_plan_of_nothing(shop, erase_now):
    assert erase_now("nobody", execute=False)["kinds"] == []


def test_a_name_that_is_a_path_is_wrong_use(shop, erase_now):
    with pytest.raises(WinnowError) as failure:
        erase_now("../ben")
    assert failure.value.exit_code == 2


def test_an_account_whose_name_begins_another_is_not_mixed_up(shop, erase_now):
    shop.house.consent("adam")
    shop.session("adam", "m1")
    shop.run()
    erase_now()
    assert shop.rows() == {shop.key_of("b1"), shop.key_of("m1")}
    assert (shop.home / f"sources/opt_in/sessions/{DAY}/adam").exists()


def test_every_other_tier_is_left_alone(shop, erase_now):
    shop.session("ada", "d1", tier="default_tier")
    shop.pull("default_tier")
    erase_now()
    assert shop.traces("ada", tier="default_tier") == {"landing/events", "state/landed"}
    erase_now(tier=Tier.DEFAULT)
    assert shop.traces("ada", tier="default_tier") == set()


def test_a_default_tier_session_after_the_erasure_lands(shop, erase_now, monkeypatch):
    erase_now(tier=Tier.DEFAULT)
    on(monkeypatch, TOMORROW)
    shop.house.write(
        prompt("words", "n1", "n", f"{TOMORROW}T08:00:00Z"),
        tier="default_tier", account="ada", name="n", day=TOMORROW,
    )  # fmt: skip
    shop.session("ada", "old", tier="default_tier")
    run = shop.pull("default_tier", TOMORROW)["run"]
    assert run["lines.landed"] == 1 and run["objects.refused.erased"] == 1
