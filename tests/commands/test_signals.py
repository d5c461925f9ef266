from flows.commands.signals import signals


def test_every_signal_is_shown_by_its_whole_name_on_a_narrow_terminal(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    signals()
    shown = capsys.readouterr().out
    assert "sig_session__too_simple_or_incomplete" in shown and "…" not in shown
