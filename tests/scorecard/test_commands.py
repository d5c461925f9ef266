"""The two commands, from a file to what a person and a machine read."""

import json
import re
import sys
from datetime import date
from html.parser import HTMLParser

import duckdb
import numpy as np
import pytest

from expectations.allowlist import load_allowlist
from flows import cli
from tests.scorecard.sessions import only, sessions, write


@pytest.fixture
def winnow(tmp_path, monkeypatch, capsys):
    """Runs a command line; answers (exit code, output, errors)."""
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["winnow", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return (ended.value.code or 0, *capsys.readouterr())

    return run


def test_the_verdict_comes_first(winnow, tmp_path):
    path = write(tmp_path / "s.parquet", only(sessions(effect=0.8), "is_interrupted"))
    code, out, _ = winnow("scorecard", path)
    assert code == 0
    assert out.splitlines()[2] == "treatment is worse than control"
    assert "200 accounts" in out


def test_the_document_has_every_figure(winnow, tmp_path):
    path = write(tmp_path / "s.parquet", sessions(effect=0.3))
    document = json.loads(winnow("scorecard", path, "--json")[1])
    (experiment,) = document["experiments"]
    metric = experiment["pairs"][0]["metrics"][0]
    assert metric["absolute"]["low"] < metric["absolute"]["high"]
    assert metric["relative"] and metric["always_valid"] and metric["covariate"]
    assert metric["minimum_detectable_effect"]["relative"] > 0
    assert len(metric["looks"]) > 20
    assert experiment["sample_ratio"]["is_as_planned"]


def test_a_table_may_hold_several_experiments(winnow, tmp_path):
    columns = only(sessions(), "turns")
    half = len(columns["turns"]) // 2
    columns["experiment"] = ["x1"] * half + ["x2"] * (len(columns["turns"]) - half)
    document = json.loads(winnow("scorecard", write(tmp_path / "s.parquet", columns), "--json")[1])
    assert [each["experiment"] for each in document["experiments"]] == ["x1", "x2"]


BAD = {
    "has no column variant": lambda c: {k: v for k, v in c.items() if k != "variant"},
    "has no metric": lambda c: only(c),
    "columns without their metric: pre_lost": lambda c: c | {"pre_lost": c["turns"]},
    "neither a date nor a timestamp": lambda c: c | {"observed_at": c["turns"]},
    "more than 20 values": lambda c: c | {"variant": c["account_key"]},
}


@pytest.mark.parametrize("words", BAD)
def test_a_table_that_is_none_is_refused_in_words(winnow, tmp_path, words):
    path = write(tmp_path / "s.parquet", BAD[words](sessions(accounts=40)))
    code, out, err = winnow("scorecard", path)
    assert (code, out) == (2, "") and words in " ".join(err.split())


@pytest.mark.parametrize("content", [b"", b"PAR1", b"a,b\n1,2\n"])
def test_a_file_that_is_no_parquet_is_refused(winnow, tmp_path, content):
    path = tmp_path / "s.parquet"
    path.write_bytes(content)
    code, _, err = winnow("scorecard", path)
    assert code == 2 and "cannot be read as Parquet" in err


def test_a_file_that_is_not_there_is_refused(winnow, tmp_path):
    assert winnow("scorecard", tmp_path / "none.parquet")[0] == 2


@pytest.mark.parametrize("option", ["--split=control", "--looks=hourly", "--control=nobody"])
def test_options_that_say_nothing_are_refused(winnow, tmp_path, option):
    path = write(tmp_path / "s.parquet", only(sessions(accounts=40), "turns"))
    assert winnow("scorecard", path, option)[0] == 2


def test_text_columns_are_left_aside_and_named_without_a_value(winnow, tmp_path):
    columns = only(sessions(), "turns")
    columns["words"] = ["never to be shown"] * len(columns["turns"])
    _, out, _ = winnow("scorecard", write(tmp_path / "s.parquet", columns))
    assert "left aside, not a number: words" in out and "never" not in out


def test_no_account_is_named_anywhere(winnow, tmp_path):
    columns = only(sessions(accounts=60), "turns")
    path = write(tmp_path / "s.parquet", columns)
    winnow("report", path, "--out", tmp_path / "r.html")
    texts = [winnow("scorecard", path)[1], winnow("scorecard", path, "--json")[1]]
    texts.append((tmp_path / "r.html").read_text())
    assert not any(key in text for key in set(columns["account_key"]) for text in texts)


def test_keys_of_any_type_and_missing_values_are_read(winnow, tmp_path):
    columns = only(sessions(), "turns")
    columns["account_key"] = [int(key, 16) for key in columns["account_key"]]
    columns["turns"] = columns["turns"].copy()
    columns["turns"][::5], columns["turns"][1] = np.nan, np.inf
    code, out, _ = winnow("scorecard", write(tmp_path / "s.parquet", columns), "--json")
    assert code == 0 and json.loads(out)["experiments"][0]["pairs"][0]["metrics"][0]["absolute"]


def test_without_a_pipeline_run_both_tiers_say_what_is_missing(winnow):
    code, out, _ = winnow("scorecard")
    assert code == 0
    assert "`winnow run` builds it" in out and "not released yet" in out


def test_the_pipelines_own_scorecard_reads_the_warehouse(winnow, tmp_path):
    columns = sessions(accounts=80)
    path = write(tmp_path / "s.parquet", columns | {"experiment": ["x1"] * len(columns["turns"])})
    warehouse = tmp_path / "home" / "warehouse" / "opt_in.duckdb"
    warehouse.parent.mkdir(parents=True)
    with duckdb.connect(warehouse) as connection:
        connection.execute(f"create table scorecard_sessions as from '{path}'")
    document = json.loads(winnow("scorecard", "--json")[1])
    assert [each["source"] for each in document["scorecards"]] == ["opt_in", "default_tier"]
    assert document["scorecards"][0]["experiments"][0]["experiment"] == "x1"


def _release(folder, name: str, **columns) -> None:
    """Writes one day's released cells; `columns` overrides the value of every row."""
    listed = load_allowlist("default_tier").exports["training_cohorts"]
    rows = {key: [] for key in listed.columns}
    for variant, share in (("control", 20_000), ("treatment", 30_000)):
        for key, values in rows.items():
            total = {"account_count": 25_000, "session_count": 100_000}.get(key, share)
            values.append(columns.get(key, 50 if key.endswith("_standard_error") else total))
        rows["experiment"][-1], rows["variant"][-1] = "agent_variant", variant
        rows["model_family"][-1], rows["window_start_date"][-1] = "opus", date(2026, 1, 5)
    write(folder / name, rows)


def test_the_default_tier_is_read_from_what_its_manifests_name(winnow, tmp_path):
    folder = tmp_path / "home/exports/default_tier/training_cohorts/date=2026-01-05"
    folder.mkdir(parents=True)
    _release(folder, "part-1.parquet")
    assert "not released yet" in winnow("scorecard")[1]
    (folder / "manifest.json").write_text('{"files": [{"name": "part-1.parquet", "sha256": ""}]}')
    _release(folder, "stray.parquet", session_count=1)
    document = json.loads(winnow("scorecard", "--json")[1])["scorecards"][1]
    (experiment,) = document["experiments"]
    metrics = {each["metric"]: each for each in experiment["pairs"][0]["metrics"]}
    assert metrics["is_interrupted"]["standing"] == "worse"
    assert metrics["is_interrupted"]["control"]["size"] == 100_000


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids, self.loads, self.words = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids += [found["id"]] if "id" in found else []
        self.loads += [found[each] for each in ("src", "href", "xlink:href") if each in found]
        assert tag not in ("script", "link", "img", "iframe", "object")

    def handle_data(self, data):
        self.words += data


@pytest.fixture(scope="module")
def full_table() -> dict:
    columns = sessions(effect=0.6)
    rng = np.random.default_rng(1)
    alive = np.cumprod(rng.beta(9, 1, (len(columns["turns"]), 5)), axis=1)
    for place, name in enumerate(("1h", "1d", "7d", "14d", "28d")):
        columns[f"code_survival_{name}_ratio"] = alive[:, place]
    return columns


def test_the_report_is_one_file_that_loads_nothing(winnow, tmp_path, full_table):
    out = tmp_path / "r.html"
    code, _, _ = winnow("report", write(tmp_path / "s.parquet", full_table), "--out", out)
    text = out.read_text()
    page = _Page(text)
    assert code == 0
    assert all(each.startswith("#") for each in page.loads)
    assert len(page.ids) == len(set(page.ids))
    assert not re.search(r"url\((?!#)|@import|#0b0b", text)
    assert text.count("<svg") > 10


def test_the_report_says_the_verdict_before_anything_else(winnow, tmp_path, full_table):
    out = tmp_path / "r.html"
    columns = {name: full_table[name] for name in full_table if name != "observed_at"}
    winnow("report", write(tmp_path / "s.parquet", columns), "--out", out)
    words = " ".join(_Page(out.read_text()).words.split())
    verdict = words.index("treatment is", words.index("All sessions"))
    assert verdict < words.index("Figures") < words.index("How long the code lives")


@pytest.mark.parametrize("accounts", [3, 12, 24])
def test_a_report_on_little_shows_words_and_no_broken_number(winnow, tmp_path, accounts):
    out = tmp_path / "r.html"
    path = write(tmp_path / "s.parquet", sessions(accounts=accounts))
    assert winnow("report", path, "--out", out)[0] == 0
    words = _Page(out.read_text()).words.split("</style>")[-1]
    assert not re.search(r"\bnan\b|\bNone\b|\binf\b", words)


def test_names_from_the_table_cannot_become_markup(winnow, tmp_path):
    columns = only(sessions(variants=("<b>a", "[red]b")), "turns")
    out = tmp_path / "r.html"
    path = write(tmp_path / "s.parquet", columns)
    winnow("report", path, "--out", out)
    assert "<b>a" not in out.read_text()
    assert "[red]b" in winnow("scorecard", path)[1]


def test_the_reports_document_is_the_scorecards(winnow, tmp_path):
    path = write(tmp_path / "s.parquet", only(sessions(), "turns"))
    report = json.loads(winnow("report", path, "--json")[1])
    assert report["scorecards"] == [json.loads(winnow("scorecard", path, "--json")[1])]
