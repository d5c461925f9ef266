"""Releases of the default tier that an erased session went into: left to expire, or taken back."""

import json
from datetime import date

import pytest

from flows.adapters.draws import Draws
from flows.adapters.ledger import Ledger
from flows.erase_account import erase
from flows.policy.accounting import Charge
from flows.policy.release_windows import Window
from flows.policy.tiers import Tier
from tests.flows.house import DAY, prompt


@pytest.fixture
def drawn(house, pull):
    """Writes a draw and its release for a window in which ada had a session."""
    house.write(prompt("words", "u1", "s1"), tier="default_tier")
    pull("default_tier")

    def write(export: str, mechanism: str, *, is_charged: bool = True, day: date = DAY):
        window = {"first": str(day), "last": str(day), "days": 1}
        record = {"export": export, "mechanism": mechanism, "window": window}
        draws = Draws(house.home, "default_tier")
        draws.write(export, day, {"n": "INTEGER"}, [(1,)], record)
        draws.make_candidate(export, day)
        if is_charged:
            digest = draws.digest(export, day)
            charge = Charge(export, Window(day, day), 1.0, "p", "c", digest, day)
            Ledger(house.home, "default_tier").append(charge)
            manifest = house.home / f"exports/default_tier/{export}/date={day}/manifest.json"
            manifest.parent.mkdir(parents=True)
            manifest.write_text(json.dumps({"export": export}))
        return draws

    return write


def released(house) -> set[str]:
    return {path.parent.parent.name for path in house.home.glob("exports/*/*/*/manifest.json")}


def run(house, monkeypatch):
    monkeypatch.setattr("flows.settings._bound", None)
    return erase(Tier.DEFAULT, "ada", execute=True)


def test_a_released_aggregate_expires_and_is_not_touched(house, drawn, monkeypatch):
    draws = drawn("cohorts", "aggregate_dp")
    before = draws.digest("cohorts", DAY)
    run(house, monkeypatch)
    assert released(house) == {"cohorts"} and draws.digest("cohorts", DAY) == before


def test_answers_of_single_sessions_are_withdrawn_and_their_charge_stays(house, drawn, monkeypatch):
    draws = drawn("answers", "randomized_response")
    run(house, monkeypatch)
    assert released(house) == set() and draws.record("answers", DAY) is None
    assert not list((house.home / "candidates/default_tier").rglob("*.parquet"))
    assert len(Ledger(house.home, "default_tier").charges()) == 1


def test_a_draw_that_was_never_released_is_made_anew(house, drawn, monkeypatch):
    draws = drawn("cohorts", "aggregate_dp", is_charged=False)
    run(house, monkeypatch)
    assert draws.record("cohorts", DAY) is None


def test_a_release_of_another_window_stays(house, drawn, monkeypatch):
    other = date(2026, 3, 12)
    drawn("answers", "randomized_response", day=other)
    run(house, monkeypatch)
    assert released(house) == {"answers"}
