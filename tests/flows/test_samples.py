"""The sample transcripts: whole, small, clean, and with every record and trap that readers meet."""

import json
import re
from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from flows.bits.names import BITS, NEVER_FALSE
from flows.land_samples import LAST_DAY, SAMPLES, land_samples
from flows.policy.landing import is_accounted_for
from flows.policy.redating import dates_of
from flows.policy.tiers import Tier
from flows.policy.vocabulary import ACTORS, KINDS, TOOL_KINDS
from flows.policy.windows import RETENTION_DAYS
from flows.readers.claude_code import TYPES_WITHOUT_EVENT
from flows.settings import load_settings
from tests.flows.conftest import unbind
from tests.flows.traps import TRAPS

TODAY = date(2026, 6, 15)
MOST_BYTES = 2_500_000
FIRST_DAY = date(2026, 1, 15)
_TYPED = ["kind", "actor", "tool_kind", "client_major"]
_HOST = re.compile(rb"https?://([^/\"]+)")


class Landed:
    """A home with all samples pulled, tier by tier."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.counts: dict[Tier, dict] = {}

    @property
    def events(self) -> list[dict]:
        files = sorted(self.home.glob("landing/*/events/*/*.parquet"))
        return ds.dataset(files).to_table(_TYPED).to_pylist()


@pytest.fixture(scope="module")
def landed(tmp_path_factory) -> Landed:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WINNOW_HOME", str(home))
        patch.setenv("WINNOW_TODAY", str(TODAY))
        land_samples(home, TODAY)
        found = Landed(home)
        for tier in Tier:
            found.counts[tier] = _pull(tier, patch)
        unbind(patch)
    return found


def _pull(tier: Tier, patch: pytest.MonkeyPatch) -> dict:
    from flows.pull import pull_tier

    unbind(patch)
    return pull_tier(tier, TODAY)


@cache
def _files() -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(SAMPLES.rglob("*.jsonl"))}


@cache
def _transcripts() -> dict[Path, bytes]:
    return {path: found for path, found in _files().items() if "sessions" in path.parts}


@cache
def _records() -> dict[Path, list[dict]]:
    """path → the records of its lines, without those that are no JSON."""
    return {
        path: [record for line in found.splitlines() if (record := _record(line))]
        for path, found in _transcripts().items()
    }


def _all_records() -> list[dict]:
    return [record for records in _records().values() for record in records]


def _record(line: bytes) -> dict | None:
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return None


@pytest.mark.parametrize("tier", Tier)
def test_every_line_of_the_samples_is_accounted_for(landed, tier):
    window = landed.counts[tier]["window"]
    own = {path: found for path, found in _transcripts().items() if tier in path.parts}
    assert is_accounted_for(Counter(window))
    assert window["objects.read"] == len(own) and "objects.set_aside" not in window
    assert window["lines.read"] == sum(len(found.splitlines()) for found in own.values())


def test_the_samples_hold_every_kind_of_event(landed):
    events = landed.events
    assert {event["kind"] for event in events} == set(KINDS)
    assert {event["actor"] for event in events} == set(ACTORS)
    assert {event["tool_kind"] for event in events} - {None} == set(TOOL_KINDS)
    assert {event["client_major"] for event in events} - {None} == {1, 2}


def test_the_samples_hold_every_type_of_record():
    types = {record.get("type") for record in _all_records()}
    assert types >= TYPES_WITHOUT_EVENT | {
        *("user", "assistant", "system", "attachment", "queue-operation"),
    }


@pytest.mark.parametrize("trap", TRAPS)
def test_the_samples_hold(trap):
    assert any(TRAPS[trap].encode() in found for found in _transcripts().values())


def test_the_samples_come_from_clients_of_every_line():
    versions = {str(record.get("version", "")).rsplit(".", 1)[0] for record in _all_records()}
    assert versions >= {"1.0", "2.0", "2.1"}


def test_usage_is_repeated_on_every_block_of_a_message():
    ids = [record["message"]["id"] for record in _all_records() if record.get("requestId")]
    assert max(Counter(ids).values()) > 1


def test_a_resumed_session_repeats_records_in_a_second_file():
    copies = Counter(
        uuid
        for records in _records().values()
        for uuid in {record.get("uuid") for record in records} - {None}
    )
    assert max(copies.values()) == 2


def test_a_clock_goes_backwards():
    clocks = [
        [record["timestamp"] for record in records if "timestamp" in record]
        for records in _records().values()
    ]
    assert any(clock != sorted(clock) for clock in clocks)


def test_a_session_goes_on_over_midnight(landed):
    spans = [
        {day for line in found.splitlines() for day in dates_of(line)}
        for found in _transcripts().values()
    ]
    assert {2} == {len(span) for span in spans} - {0, 1}


def test_opt_in_shows_every_refusal_that_consent_and_files_can_cause(landed):
    window = landed.counts[Tier.OPT_IN]["window"]
    reasons = {name.split(".")[-1] for name in window if name.startswith("lines.refused.")}
    assert reasons == {
        "no_consent",
        "consent_revoked",
        "after_revocation",
        "bad_json",
        "truncated_line",
        "unknown_record_type",
        "unknown_format",
    }


def test_control_data_lands_with_one_assignment_to_an_unknown_experiment(landed):
    control = landed.counts[Tier.DEFAULT]["control"]
    assert control["assignments.refused.unknown_experiment"] == 1
    assert landed.counts[Tier.OPT_IN]["control"]["consent.accounts"] == 6
    for tier in (Tier.OPT_IN, Tier.DEFAULT):
        assert landed.counts[tier]["control"]["survival.landed"] > 0


def test_the_samples_of_opt_in_show_every_bit_said_and_not_said(landed, monkeypatch):
    from flows.declassify_bits import declassify_bits

    monkeypatch.setenv("WINNOW_HOME", str(landed.home))
    monkeypatch.setenv("WINNOW_TODAY", str(TODAY))
    unbind(monkeypatch)
    declassify_bits(load_settings(), Tier.OPT_IN)
    files = sorted(landed.home.glob("landing/opt_in/bits/*/*.parquet"))
    found = ds.dataset(files).to_table(["bit", "value"]).to_pylist()
    assert {row["bit"] for row in found if row["value"]} == set(BITS)
    assert {row["bit"] for row in found if row["value"] is False} == set(BITS) - NEVER_FALSE


def test_every_week_of_the_samples_has_accounts_enough_for_two_cells():
    # Whatever weekday it is today, the last closed week lies within the sampled days.
    variants = _variants()
    for offset in range((LAST_DAY - FIRST_DAY).days - 5):
        week = {str(FIRST_DAY + timedelta(days=offset + day)) for day in range(7)}
        accounts = {
            path.parts[-2]
            for path, found in _transcripts().items()
            if path.parts[-3] in week and b'"model":"claude-sonnet' in found
        }
        cells = Counter(variants[account] for account in accounts if account in variants)
        assert min(cells["control"], cells["treatment"]) >= 70


def _variants() -> dict[str, str]:
    text = (SAMPLES / "control/default_tier/assignments/2026-01.jsonl").read_text()
    return {line["account_id"]: line["variant"] for line in map(json.loads, text.splitlines())}


def test_the_samples_move_so_that_their_last_day_is_today(landed):
    folders = sorted(path.name for path in landed.home.glob("sources/*/sessions/*"))
    assert folders[-1] == str(TODAY)
    assert folders[0] == str(TODAY - (LAST_DAY - FIRST_DAY))
    assert (LAST_DAY - FIRST_DAY).days < RETENTION_DAYS
    newest = (path for path in landed.home.glob(f"sources/*/sessions/{TODAY}/*/*.jsonl"))
    assert all(dates_of(path.read_bytes())[0] == TODAY for path in newest)


def test_the_samples_are_small_and_clean_text():
    assert sum(len(found) for found in _files().values()) < MOST_BYTES
    for path, found in _files().items():
        text = found.decode()
        assert all(char.isprintable() or char in "\n\u3000" for char in text), path.name
        assert not path.is_symlink()


def test_the_samples_name_no_machine_but_invented_ones():
    homes = {str(record["cwd"]).rsplit("/", 1)[0] for record in _all_records() if "cwd" in record}
    assert homes == {"/home/dev"}
    hosts = {host for found in _transcripts().values() for host in _HOST.findall(found)}
    assert hosts and all(host.endswith(b".example") for host in hosts)
