"""A run says that a purge is overdue, whoever looks at `winnow status`."""

from datetime import date

import pytest
import typer

from flows import run_tiers
from flows.adapters.receipts import Receipts
from flows.commands.run import run
from flows.missed_purges import missed_purges
from flows.settings import Settings

TODAY = date(2026, 3, 31)


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path, today=TODAY)


def land(settings: Settings, day: str) -> None:
    folder = settings.home / "state" / "opt_in" / "landed"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{day}.json").write_text("{}")


def test_a_store_within_the_window_misses_nothing(settings):
    assert missed_purges(settings) == []
    land(settings, "2026-03-02")
    assert missed_purges(settings) == []


def test_a_store_that_was_never_purged_is_told_once_a_day_has_expired(settings):
    land(settings, "2026-02-28")
    assert missed_purges(settings) == [
        "opt_in: PURGE MISSED for 2026-03-30 … 2026-03-31: run `winnow purge --yes`"
    ]


def test_the_day_that_was_missed_is_named(settings):
    Receipts(settings.home).append({"scope": "opt_in", "purge_date": "2026-03-30"})
    assert missed_purges(settings) == [
        "opt_in: PURGE MISSED for 2026-03-31: run `winnow purge --yes`"
    ]
    Receipts(settings.home).append({"scope": "opt_in", "purge_date": "2026-04-01"})
    assert missed_purges(settings) == []


def test_a_broken_chain_is_told(settings):
    receipts = Receipts(settings.home)
    receipts.append({"scope": "opt_in", "purge_date": "2026-04-01"})
    receipts.path.unlink()
    (problem,) = missed_purges(settings)
    assert "chain of purge receipts is broken" in problem


@pytest.mark.parametrize("as_json", [False, True])
def test_a_run_ends_with_it_on_standard_error(settings, monkeypatch, capsys, as_json):
    monkeypatch.setenv("WINNOW_HOME", str(settings.home))
    monkeypatch.setenv("WINNOW_TODAY", str(TODAY))
    monkeypatch.setattr(run_tiers, "run_tiers", lambda *_, **__: {})
    land(settings, "2026-03-01")
    with pytest.raises(typer.Exit):
        run(tier=None, day=None, canaries=False, as_json=as_json)
    assert "PURGE MISSED for 2026-03-31" in capsys.readouterr().err
