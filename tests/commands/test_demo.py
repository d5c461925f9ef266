import pytest
import typer

from flows.commands.demo import demo


@pytest.mark.parametrize("code", [1, 2])
def test_the_demo_ends_with_the_exit_code_of_its_run(code, tmp_path, monkeypatch):
    failed = {"error": "the source is missing", "remedy": "create it", "exit_code": code}
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path))
    monkeypatch.setattr("flows.run_tiers.run_tiers", lambda *_: {"opt_in": failed})
    with pytest.raises(typer.Exit) as ended:
        demo()
    assert ended.value.exit_code == code


def test_what_to_do_next_is_said_as_somebody_here_types_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WINNOW_HOME", "data")
    monkeypatch.setattr("sys.argv", [str(tmp_path / ".venv/bin/winnow"), "demo"])
    monkeypatch.setattr("flows.run_tiers.run_tiers", lambda *_: {})
    demo()
    assert "next: WINNOW_HOME=data/demo .venv/bin/winnow status" in capsys.readouterr().out
