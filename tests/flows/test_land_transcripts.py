import gzip
import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from flows.adapters.keys import KeyRing
from flows.adapters.tombstones import Tombstones
from flows.land_transcripts import land_transcripts
from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier
from tests.flows.house import DAY, TODAY, prompt, reply

ERASED = datetime.combine(TODAY, time(9), UTC)


@pytest.fixture
def mine(tmp_path_factory) -> Path:
    """A folder like ~/.claude/projects, with one old session."""
    folder = tmp_path_factory.mktemp("projects")
    old = [
        prompt("hello", "u1", at="2025-06-01T23:00:00Z"),
        reply("hi", "u2", at="2025-06-02T01:00:00Z"),
    ]
    write(folder / "project-a" / "s1.jsonl", old)
    return folder


def write(path: Path, records: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def test_landed_transcripts_run_as_if_the_product_had_written_them(house, pull, mine):
    landed = land_transcripts(mine, Tier.OPT_IN, "me", redate=True)
    assert (landed.files, landed.undated) == (1, 0)
    assert pull()["run"]["lines.landed"] == 2


def test_an_old_session_moves_whole_and_keeps_the_distance_of_its_events(house, pull, mine):
    land_transcripts(mine, Tier.OPT_IN, "me", redate=True)
    pull()
    first, second = sorted(row["event_at"] for row in house.landed("events"))
    assert second - first == timedelta(hours=2)
    assert second.date() <= TODAY


def test_without_redate_an_old_session_is_put_there_and_refused_by_the_window(house, pull, mine):
    land_transcripts(mine, Tier.OPT_IN, "me")
    assert (house.home / "sources/opt_in/sessions/2025-06-01").is_dir()
    assert pull()["run"] == {}


def test_landing_for_the_opt_in_tier_writes_the_accounts_consent(house, mine):
    landed = land_transcripts(mine, Tier.OPT_IN, "me", redate=True)
    assert landed.consent_from is not None
    lines = list((house.home / "sources/control/opt_in/consent").glob("*.jsonl"))
    assert json.loads(lines[0].read_text())["account_id"] == "me"


def test_landing_does_not_undo_a_revocation(house, pull, mine):
    house.consent("me", "revoked", f"{TODAY}T00:00:00Z")
    land_transcripts(mine, Tier.OPT_IN, "me", redate=True)
    assert "lines.landed" not in pull()["run"]


def test_landing_for_an_erased_account_says_when_it_was_erased(house, mine):
    keys = KeyRing(house.home / "keys/opt_in")
    Tombstones(house.home, "opt_in").add(keys.control_key("account", "me"), ERASED)
    assert land_transcripts(mine, Tier.OPT_IN, "me", redate=True).erased_at == ERASED
    assert land_transcripts(mine, Tier.OPT_IN, "another", redate=True).erased_at is None


def test_landing_for_another_tier_writes_no_consent(house, mine):
    landed = land_transcripts(mine, Tier.DEFAULT, "me", redate=True)
    assert landed.consent_from is None
    assert not (house.home / "sources/control/opt_in").exists()


def test_landing_twice_puts_every_file_once(house, pull, mine):
    for _ in range(2):
        land_transcripts(mine, Tier.DEFAULT, "me", redate=True)
    assert len(list((house.home / "sources/default_tier/sessions").rglob("*.zst"))) == 1


def test_two_files_of_one_name_both_land(house, pull, mine):
    write(mine / "project-b" / "s1.jsonl", [prompt("other", "x1", "s9", f"{DAY}T09:00:00Z")])
    assert land_transcripts(mine, Tier.DEFAULT, "me", redate=True).files == 2
    assert pull("default_tier")["run"]["lines.landed"] == 3


def test_packed_files_can_be_landed(house, pull, mine):
    plain = mine / "project-a" / "s1.jsonl"
    plain.with_name("s1.jsonl.gz").write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    land_transcripts(mine, Tier.DEFAULT, "me", redate=True)
    assert pull("default_tier")["run"]["lines.landed"] == 2


@pytest.mark.parametrize("account", ["", "a/b", "..", ".hidden"])
def test_a_name_that_cannot_be_a_folder_is_wrong_use(house, mine, account):
    with pytest.raises(WinnowError, match="name cannot be used") as refusal:
        land_transcripts(mine, Tier.DEFAULT, account)
    assert refusal.value.exit_code == 2


def test_a_folder_without_transcripts_is_wrong_use(house, tmp_path_factory):
    with pytest.raises(WinnowError, match="no transcript was found"):
        land_transcripts(tmp_path_factory.mktemp("empty"), Tier.DEFAULT, "me")
