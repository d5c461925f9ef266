"""The small allowlist's export carries 13.3 bits."""

from expectations.purposes import FILE


def test_more_bits_a_session_than_the_budget_is_refused(bench, refused):
    bench.edit("opt_in", "max_bits_per_session: 40", "max_bits_per_session: 13")
    assert refused("capacity", bench.sessions()) == [(None, None)]


def test_exports_that_each_fit_and_together_do_not_is_refused(
    bench, refused, tmp_path, monkeypatch
):
    purposes = tmp_path / "purposes.yml"
    named = "exports: [training_sessions, more_sessions]"
    purposes.write_text(FILE.read_text().replace("exports: [training_sessions]", named))
    monkeypatch.setattr("expectations.purposes.FILE", purposes)
    bench.edit("opt_in", "max_bits_per_session: 40", "max_bits_per_session: 20")
    one = bench.text("opt_in").split("exports:\n")[1]
    bench.allow("opt_in", bench.text("opt_in") + one.replace("training_sessions", "more_sessions"))
    assert refused("capacity", bench.sessions()) == [(None, None)]


def test_bits_within_the_budget_passes(bench, refused):
    bench.edit("opt_in", "max_bits_per_session: 40", "max_bits_per_session: 14")
    assert refused("capacity", bench.sessions()) == []
