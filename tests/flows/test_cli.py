import re
import sys
from types import SimpleNamespace

import pytest

from flows import cli

PRIVATE = "canary-3302 my private words"


def run_verb(monkeypatch, does) -> int:
    """The exit code of `winnow status` where its function does that."""

    def status() -> None:
        does()

    monkeypatch.setattr(cli.importlib, "import_module", lambda _: SimpleNamespace(status=status))
    monkeypatch.setattr(sys, "argv", ["winnow", "status"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code


def test_an_unexpected_failure_of_a_verb_names_its_place_and_quotes_nothing(monkeypatch, capsys):
    def fail():
        raise ValueError(PRIVATE)

    assert run_verb(monkeypatch, fail) == 1
    said = capsys.readouterr().err
    assert re.search(r"winnow: status failed at \w+\.py:\d+ \(ValueError\)", said)
    assert "→" in said and PRIVATE not in said and "Traceback" not in said


def test_an_interrupted_verb_says_that_it_goes_on_where_it_was(monkeypatch, capsys):
    def interrupt():
        raise KeyboardInterrupt

    assert run_verb(monkeypatch, interrupt) == 130
    assert "run the same command again" in capsys.readouterr().err
