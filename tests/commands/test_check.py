"""What `winnow check` prints, and how it ends."""

import json

import pytest
import typer

from flows.commands import check as command

REPORT = {
    "tier": "opt_in",
    "models": 20,
    "tests": 21,
    "refused": [],
    "candidates": {},
    "doors": {"is_todo": 1.58},
    "bits": {"now": 43.2, "committed": 41.2, "budget": 120.0},
    "seconds": 3.0,
}
REFUSAL = {"place": "m.c", "rule": "explicit_flow", "message": "made of t.c", "remedy": "drop it"}


@pytest.fixture
def run(monkeypatch):
    def run(report=REPORT, files=(), twins=None, **options):
        monkeypatch.setattr("flows.twin_runs.check_twins", lambda settings, tier: twins)
        monkeypatch.setattr("flows.static_check.check_files", lambda project: list(files))
        monkeypatch.setattr("flows.static_check.check_tiers", lambda root, tiers, home: [report])
        return command.check(tier="opt_in", twins=bool(twins), **{"as_json": False, **options})

    return run


def test_a_change_of_the_bits_is_said_in_one_sentence(run, capsys):
    run()
    printed = capsys.readouterr().out
    assert "this change raises what a row can carry from 41.2 to 43.2 bits" in printed
    assert "nothing refused" in printed


def test_a_refusal_is_shown_with_its_remedy_and_ends_in_1(run, capsys):
    with pytest.raises(typer.Exit) as ending:
        run({**REPORT, "refused": [REFUSAL]})
    assert ending.value.exit_code == 1
    assert "m.c: explicit_flow: made of t.c" in capsys.readouterr().out


def test_an_unregistered_expression_is_shown_with_its_fingerprint(run, capsys):
    with pytest.raises(typer.Exit):
        run({**REPORT, "refused": [REFUSAL], "candidates": {"dec_x": {"abc123": "raw.raw__text"}}})
    assert "dec_x: unregistered expression abc123 over raw.raw__text" in capsys.readouterr().out


def test_nothing_is_compiled_while_the_files_are_refused(run, capsys):
    with pytest.raises(typer.Exit) as ending:
        run(files=[{**REFUSAL, "rule": "hook"}])
    assert ending.value.exit_code == 1
    printed = capsys.readouterr().out
    assert "models were not compiled" in printed and "opt_in" not in printed


def test_json_is_one_document(run, capsys):
    run(as_json=True)
    assert json.loads(capsys.readouterr().out) == {"files": [], "tiers": [REPORT]}


TWINS = {"twins": ["null", "constant"], "rows": 80, "refused": [], "seconds": 9.0}


def test_twins_that_agree_are_said_in_one_line(run, capsys):
    run(twins=TWINS)
    assert "2 twins with other text in 80 rows: the same bytes out" in capsys.readouterr().out


def test_a_twin_that_differs_is_refused_with_its_remedy_and_ends_in_1(run, capsys):
    with pytest.raises(typer.Exit) as ending:
        run(twins={**TWINS, "refused": [{**REFUSAL, "rule": "twin"}]})
    assert ending.value.exit_code == 1
    printed = capsys.readouterr().out
    assert "not the same out" in printed and "m.c: twin:" in printed


def test_no_twin_is_built_of_what_is_refused_already(run):
    with pytest.raises(typer.Exit):
        run({**REPORT, "refused": [REFUSAL]}, twins={"refused": None})
