from pathlib import Path

from flows.summary import for_machines, print_summary

LINES = {
    "lines.read": 1234,
    "lines.landed": 1200,
    "lines.not_event": 33,
    "lines.refused.bad_json": 1,
}
RELEASE = {
    "export": "training_cohorts", "date": "2026-03-23", "outcome": "published", "rows": 12,
    "bits_per_row": 1.4, "path": "/home/exports/default_tier/training_cohorts/date=2026-03-23",
}  # fmt: skip


def result() -> dict:
    window = {"objects.read": 56} | LINES
    return {
        "pull": {"run": window, "window": window, "control": {}},
        "erased": {},
        "quality": {"warnings": []},
        "declassify": {
            "bit_days": 3,
            "bit_days_to_repeat": 1,
            "bit_rows": 56,
            "language_model": {"answered": 1200, "timed_out": 1},
        },
        "build": {"signals": ["effort"]},
        "export": {"counts": {"published": 1}, "exports": [RELEASE], "refusals": []},
    }


def test_the_default_tiers_exact_counts_are_shown_to_nobody(capsys):
    results = {"default_tier": result()}
    print_summary(results, Path("/home"))
    shown = capsys.readouterr().out + str(for_machines(results))
    assert "1,000–9,999" in shown
    for count in ("1234", "1,234", "1200", "1,200", "56"):
        assert count not in shown


def test_a_releases_own_rows_are_shown():
    assert for_machines({"default_tier": result()})["default_tier"]["export"]["exports"] == [
        RELEASE
    ]


def test_another_tiers_counts_are_exact():
    assert for_machines({"opt_in": result()})["opt_in"]["pull"]["run"]["lines.read"] == 1234


def test_calls_of_a_language_model_that_failed_are_shown(capsys):
    print_summary({"opt_in": result()}, Path("/home"))
    shown = capsys.readouterr().out
    assert "answered 1,200 · timed_out 1" in shown
    assert "days with calls that failed: 1" in shown


def test_an_object_that_was_cut_short_is_not_called_refused_whole(capsys):
    cut = result()
    cut["pull"]["window"] |= {"objects.refused.broken_compression": 2}
    print_summary({"opt_in": cut}, Path("/home"))
    shown = capsys.readouterr().out
    assert "cut short      2 · what could be read has landed" in shown
    assert "refused whole" not in shown
