"""What `winnow survival` prints and writes."""

import json
import re

import pytest
from typer import Typer
from typer.testing import CliRunner

from flows.commands.survival import survival
from flows.policy.errors import WinnowError
from tests.survival.small_repo import DAY, HOUR, lines

CODE = lines(*(f"secret{n}" for n in range(30)))
KEYS = {"session_id", "checkpoint", "survival_ratio", "lines_bucket", "checked_at"}


@pytest.fixture
def measured(repo):
    """A repository of which a word, a path and a hash are known."""
    base = repo.commit({"r": "r\n"})
    agent = repo.agent({"src/secretpath.py": CODE}, base, at=HOUR)
    cut = repo.commit({"src/secretpath.py": CODE[: len(CODE) // 2]}, agent, at=3 * DAY)
    repo.build(repo.commit({"src/secretpath.py": CODE[: len(CODE) // 2], "e": ""}, cut, at=9 * DAY))
    repo.agent_id = repo.ids[agent]
    return repo


def run(repo, *options: str):
    app = Typer(pretty_exceptions_enable=False)
    app.command()(survival)
    result = CliRunner().invoke(app, [str(repo.folder), *options])
    if isinstance(result.exception, WinnowError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def rows(output: str) -> list[dict]:
    return [json.loads(line) for line in output.splitlines()]


def test_a_line_has_five_values_and_nothing_else(measured):
    told = rows(run(measured).stdout)
    assert [set(row) for row in told] == [KEYS] * 5
    assert [row["checkpoint"] for row in told] == ["1h", "1d", "7d", "14d", "28d"]
    assert [row["survival_ratio"] for row in told] == [1.0, 1.0, 0.5, None, None]
    assert {row["lines_bucket"] for row in told} == {"20-99"}
    assert all(re.fullmatch(r"[A-Z2-7]{26}", row["session_id"]) for row in told)
    assert all(re.fullmatch(r"[\d-]{10}T[\d:]{8}Z", row["checked_at"]) for row in told)


def test_no_path_hash_or_text_leaves(measured, tmp_path):
    out, plot = tmp_path / "o.jsonl", tmp_path / "p.svg"
    shown = run(measured, "--json").output + run(measured, "--out", str(out)).output
    run(measured, "--plot", str(plot))
    told = shown.replace(str(out), "") + out.read_text() + plot.read_text()
    assert "secret" not in told
    assert not any(id[:7] in told for id in measured.ids.values())


def test_the_summary_is_one_document(measured):
    told = json.loads(run(measured, "--json").stdout)
    assert told["sessions"] == 1 and told["lines"] == 30 and told["method"] == "line/1"
    assert told["checkpoints"]["7d"] == {
        "sessions": 1,
        "sessions_unobserved": 0,
        "lines": 30,
        "alive": 15,
        "survival_ratio": 0.5,
        "mean_ratio": 0.5,
    }


def test_by_commit_leaves_out_what_time_has_not_reached(measured):
    (row,) = rows(run(measured, "--by-commit", "--method", "blame/1").stdout)
    assert row == {
        "commit": measured.agent_id,
        "added": 30,
        "alive": {"1h": 30, "1d": 30, "7d": 15},
    }


def test_by_commit_is_never_written_to_a_file(measured, tmp_path):
    with pytest.raises(WinnowError, match="by-commit") as refused:
        run(measured, "--by-commit", "--out", str(tmp_path / "x"))
    assert refused.value.exit_code == 2


def test_a_curve_is_drawn_in_the_terminal(measured):
    told = run(measured).stderr
    assert "50.0%" in told and "█" in told and "not to be observed yet" in told


@pytest.mark.parametrize("name", ["curve.png", "curve.svg"])
def test_the_same_curve_is_drawn_in_the_same_bytes(measured, tmp_path, name):
    files = [tmp_path / folder / name for folder in ("one", "two")]
    for file in files:
        run(measured, "--plot", str(file))
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].read_bytes().startswith(b"\x89PNG" if name.endswith("png") else b"<?xml")


def test_a_plot_of_another_kind_is_refused_before_anything_is_measured(measured):
    with pytest.raises(WinnowError, match="PNG or SVG"):
        run(measured, "--plot", "curve.pdf")


def test_sizes_are_told_in_three_buckets_only():
    from flows.survival.results import lines_bucket

    sizes = {4: None, 5: "5-19", 19: "5-19", 20: "20-99", 99: "20-99", 100: "100+", 10**6: "100+"}
    assert {size: lines_bucket(size) for size in sizes} == sizes


@pytest.mark.parametrize("option", ["--out", "--plot"])
def test_a_folder_to_write_to_is_refused_before_anything_is_measured(measured, tmp_path, option):
    folder = tmp_path / "folder.svg"
    folder.mkdir()
    with pytest.raises(WinnowError, match="is a folder"):
        run(measured, option, str(folder))
