import gzip
import os

import pytest
import zstandard

from flows.policy.errors import WinnowError
from tests.flows.house import DAY, prompt, reply


def test_a_consented_session_lands_split_into_typed_events_and_text(house, pull):
    house.consent()
    house.write(prompt("rename the flag", "u1"), reply("done", "u2"))
    run = pull()["run"]
    assert (run["lines.read"], run["lines.landed"]) == (2, 2)
    events, raw = house.landed("events"), house.landed("raw")
    assert [row["kind"] for row in events] == ["prompt", "reply"]
    assert [row["raw__text"] for row in raw] == ["rename the flag", "done"]
    assert "rename the flag" not in str(events)
    assert {row["event_key"] for row in raw} == {row["event_key"] for row in events}


def test_accounts_and_sessions_are_known_by_keyed_hashes_only(house, pull):
    house.consent("zoe")
    house.write(prompt("hello", "u-one", "session-one"), account="zoe")
    pull()
    landing = str([house.landed("events"), house.landed("raw"), house.landed("consent")])
    # Words with letters that no hex digit has.
    assert "zoe" not in landing and "session-one" not in landing and "u-one" not in landing


def test_pulling_twice_parses_nothing_and_changes_no_byte(house, pull):
    house.consent()
    house.write(prompt("hello", "u1"))
    pull()
    before = house.files()
    again = pull()["run"]
    assert again["objects.unchanged"] == 1 and "objects.read" not in again
    assert house.files() == before


def test_a_grown_object_replaces_what_it_landed_before(house, pull):
    house.consent()
    house.write(prompt("hello", "u1"))
    house.write(prompt("other session", "x1", "s2"), name="s2")
    pull()
    house.write(prompt("hello", "u1"), reply("hi", "u2"))
    assert pull()["run"]["objects.read"] == 1
    assert sorted(row["raw__text"] for row in house.landed("raw")) == [
        "hello", "hi", "other session",
    ]  # fmt: skip


def test_an_object_that_shrank_leaves_none_of_its_old_lines(house, pull):
    house.consent()
    house.write(prompt("first thought", "u1"), prompt("second thought", "u2"))
    pull()
    house.write(prompt("second thought", "u2"))
    pull()
    assert [row["raw__text"] for row in house.landed("raw")] == ["second thought"]


def test_an_account_without_consent_lands_nothing_and_is_counted(house, pull):
    house.consent("ben")
    house.write(prompt("private words", "u1"))
    run = pull()["run"]
    assert run["lines.refused.no_consent"] == 1
    assert house.landed("raw") == [] and house.landed("events") == []


def test_a_revocation_takes_back_what_had_landed(house, pull):
    house.consent()
    house.write(prompt("soon gone", "u1"))
    house.write(prompt("stays", "b1", "s9"), account="ben", name="s9")
    house.consent("ben")
    pull()
    house.consent(state="revoked", at=f"{DAY}T10:00:00Z")
    assert pull()["run"]["lines.refused.consent_revoked"] == 1
    assert [row["raw__text"] for row in house.landed("raw")] == ["stays"]


def test_consent_that_arrives_later_lets_the_session_in(house, pull):
    house.write(prompt("wait for me", "u1"))
    pull()
    house.consent()
    assert pull()["run"]["lines.landed"] == 1


def test_a_consent_line_that_cannot_be_read_stops_the_pull_for_it_may_be_a_revocation(house, pull):
    house.consent()
    house.write(prompt("hello", "u1"))
    path = house.home / "sources/control/opt_in/consent/lines.jsonl"
    path.write_bytes(path.read_bytes() + b'{"event_id": "e2", "account_id": "ada", "sta')
    with pytest.raises(WinnowError, match="1 line that cannot be read"):
        pull()
    assert house.landed("events") == []


def test_the_default_tier_needs_no_consent_and_lands_in_its_own_folder(house, pull):
    house.write(prompt("hello", "u1"), tier="default_tier")
    assert pull("default_tier")["run"]["lines.landed"] == 1
    assert len(house.landed("events", "default_tier")) == 1
    assert not (house.home / "landing" / "opt_in").exists()


def test_the_same_session_has_other_keys_in_another_tier(house, pull):
    house.consent()
    for tier in ("opt_in", "default_tier"):
        house.write(prompt("hello", "u1"), tier=tier)
        pull(tier)
    keys = [
        {row[name] for name in ("session_key", "account_key", "event_key", "object_key")}
        for tier in ("opt_in", "default_tier")
        for row in house.landed("events", tier)
    ]
    assert keys[0].isdisjoint(keys[1])


def test_a_process_of_one_tier_cannot_load_the_settings_of_another(house, pull):
    from flows.policy.tiers import Tier
    from flows.settings import load_settings, load_tier_settings

    load_tier_settings(Tier.OPT_IN, load_settings())
    with pytest.raises(WinnowError, match="works for opt_in"):
        load_tier_settings(Tier.DEFAULT, load_settings())


def test_nothing_older_than_the_window_lands_wherever_it_lies(house, pull):
    house.consent(at="2025-01-01T00:00:00Z")
    old = "2026-03-01T23:59:59Z"
    house.write(prompt("too old", "u1", at=old), prompt("goes with it", "u2"))
    assert pull()["run"]["lines.refused.older_than_window"] == 2
    assert house.landed("raw") == []


def test_a_folder_of_a_day_outside_the_window_is_not_even_read(house, pull):
    house.consent()
    house.write(prompt("hello", "u1"), day="2026-02-01")
    assert pull()["run"] == {}


def test_events_are_cut_by_their_own_day_and_keep_the_sessions(house, pull):
    house.consent()
    house.write(
        prompt("before midnight", "u1", at=f"{DAY}T23:59:00Z"),
        prompt("after midnight", "u2", at="2026-03-31T00:01:00Z"),
    )
    pull()
    days = sorted(path.parent.name for path in house.home.glob("landing/opt_in/raw/*/*.parquet"))
    assert days == ["date=2026-03-30", "date=2026-03-31"]
    assert {row["session_date"] for row in house.landed("events")} == {DAY}


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gz", "zst"])
def test_compressed_transcripts_land_like_plain_ones(house, pull, pack):
    house.consent()
    plain = house.write(prompt("hello", "u1"), reply("hi", "u2"))
    suffix = ".gz" if pack is gzip.compress else ".zst"
    plain.with_name(plain.name + suffix).write_bytes(pack(plain.read_bytes()))
    plain.unlink()
    assert pull()["run"]["lines.landed"] == 2


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gz", "zst"])
def test_of_a_compressed_object_that_is_cut_short_the_readable_lines_land(house, pull, pack):
    house.consent()
    plain = house.write(*[prompt(os.urandom(9000).hex(), f"u{n}") for n in range(50)])
    packed = pack(plain.read_bytes())
    stored = plain.with_name(plain.name + (".gz" if pack is gzip.compress else ".zst"))
    plain.unlink()
    stored.write_bytes(packed[: len(packed) // 2])
    run = pull()["run"]
    assert run["objects.refused.broken_compression"] == 1
    assert 0 < run["lines.landed"] < 50
    stored.write_bytes(packed)
    window = pull()["window"]
    assert "objects.refused.broken_compression" not in window
    assert window["lines.landed"] == len(house.landed("events")) == 50


def test_a_file_in_an_unknown_format_is_refused_by_reason(house, pull):
    house.consent()
    house.write(b'{"what": "is this"}', b"plain words")
    run = pull()["run"]
    assert run["objects.refused.unknown_format"] == 1
    assert run["lines.refused.unknown_format"] == 2


def test_a_bad_line_is_counted_and_the_rest_lands(house, pull):
    house.consent()
    house.write(prompt("hello", "u1"), b'{"type": "user", broken', prompt("again", "u2"))
    run = pull()["run"]
    assert run["lines.refused.bad_json"] == 1 and run["lines.landed"] == 2


def test_a_missing_source_is_named_with_its_remedy(house, pull, monkeypatch):
    monkeypatch.setenv("WINNOW_OPT_IN__SOURCE", str(house.home / "not-there"))
    with pytest.raises(WinnowError, match="missing or cannot be read"):
        pull()


def test_what_stands_in_a_folder_that_cannot_be_listed_does_not_go_missing_unseen(house, pull):
    house.consent()
    folder = house.home / "sources/control/opt_in/consent"
    assert folder.is_dir()
    folder.rename(folder.with_name("kept"))
    folder.write_text("a file where a folder should be")
    with pytest.raises(WinnowError, match=r"cannot be listed \(Not a directory\)"):
        pull()


def test_links_in_a_source_are_not_followed(house, pull):
    house.consent()
    path = house.write(prompt("hello", "u1"))
    secret = house.home / "elsewhere.jsonl"
    secret.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(secret)
    assert pull()["run"] == {}


def test_what_a_killed_pull_left_is_cleared_first(house, pull):
    house.consent()
    house.write(prompt("hello", "u1"))
    pull()
    before = house.files()
    folder = house.home / "landing" / "opt_in" / "raw" / f"date={DAY}"
    (folder / "feedfacefeedface.parquet").write_bytes(b"an orphan shard")
    (folder / ".s.parquet.1.tmp").write_bytes(b"a draft")
    pull()
    assert house.files() == before
    assert not list(folder.glob(".*"))


def test_control_data_lands_closed_and_keyed(house, pull):
    house.consent()
    house.write(prompt("hello", "u1"))
    at = "2026-03-01T00:00:00Z"
    house.control(
        "opt_in",
        "assignments",
        {
            "account_id": "ada",
            "experiment": "agent_variant",
            "variant": "control",
            "assigned_at": at,
        },
        {"account_id": "ada", "experiment": "secret text", "variant": "control", "assigned_at": at},
    )
    control = pull()["control"]
    assert control["assignments.landed"] == 1
    assert control["assignments.refused.unknown_experiment"] == 1
    keys = {row["account_key"] for row in house.landed("assignments")}
    assert {row["account_key"] for row in house.landed("events")} <= keys


def write_survival(house) -> None:
    folder = house.home / "sources/opt_in/survival" / str(DAY)
    folder.mkdir(parents=True)
    (folder / "x.jsonl").write_text(
        '{"session_id":"s1","checkpoint":"1d","survival_ratio":0.5,"lines_bucket":"20-99",'
        f'"checked_at":"{DAY}T12:00:00Z"}}\n'
    )


def test_survival_lands_under_the_sessions_key(house, pull):
    house.consent()
    house.write(prompt("hello", "u1"))
    write_survival(house)
    assert pull()["control"]["survival.landed"] == 1
    keys = {row["session_key"] for row in house.landed("survival")}
    assert {row["session_key"] for row in house.landed("events")} == keys


def test_survival_of_a_session_that_may_not_land_does_not_land_either(house, pull):
    house.write(prompt("hello", "u1"))
    write_survival(house)
    assert pull()["control"]["survival.refused.unknown_session"] == 1
    assert not list((house.home / "landing/opt_in/survival").glob("*"))
    house.consent()
    assert pull()["control"]["survival.landed"] == 1
    assert len(house.landed("survival")) == 1


def test_many_batches_give_the_same_rows_as_one(house, pull, monkeypatch):
    house.consent()
    for n in range(6):
        house.write(prompt(f"p{n}", f"u{n}", f"s{n}"), name=f"s{n}")
    monkeypatch.setattr("flows.policy.landing.BATCH_OBJECTS", 2)
    assert pull()["run"]["lines.landed"] == 6
    assert sorted(row["raw__text"] for row in house.landed("raw")) == [f"p{n}" for n in range(6)]
