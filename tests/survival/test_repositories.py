"""Clones that lack something, and what is no repository at all."""

import subprocess
from pathlib import Path

import pytest

from flows.adapters.git import GitRepository
from flows.measure_survival import Request, measure_survival
from flows.policy.errors import WinnowError
from flows.survival.results import readings, summary
from tests.survival.small_repo import DAY, HOUR, lines

FIVE = lines(*"abcde")


def clone(repo, folder: Path, *options: str) -> Path:
    source = f"file://{repo.folder}"
    subprocess.run(["git", "clone", "-q", *options, source, str(folder)], check=True)
    return folder


def history_of(repo, days: int = 6) -> list[int]:
    """An agent's commit a day, each with a file of its own."""
    tree, marks = {"r": "r\n"}, []
    head = repo.commit(tree)
    for day in range(1, days):
        tree = {**tree, f"f{day}.py": lines(*(f"{letter}{day}" for letter in "abcde"))}
        head = repo.agent(tree, head, at=day * DAY)
        marks.append(head)
    repo.build(head)
    return marks


def test_a_work_tree_and_its_bare_repository_tell_the_same(repo, tmp_path):
    history_of(repo)
    folder = clone(repo, tmp_path / "clone")
    (folder / ".gitattributes").write_text("* binary\n")
    (folder / "deep").mkdir()
    bare = measure_survival(Request(repo.folder))
    inside = measure_survival(Request(folder / "deep"))
    assert readings(bare.measured.sessions, bare.spans) == readings(
        inside.measured.sessions, inside.spans
    )


def test_commits_at_the_edge_of_a_shallow_clone_are_unknown(repo, tmp_path):
    marks = history_of(repo)
    folder = clone(repo, tmp_path / "clone", "--depth=3")
    outcome = measure_survival(Request(folder, checkpoints="1h"))
    assert set(outcome.measured.commits) == {repo.ids[mark] for mark in marks[-2:]}
    assert [s.added for s in outcome.measured.sessions] == [5, 5]
    assert any("shallow" in warning for warning in outcome.warnings)


def test_a_shallow_clone_without_an_agents_commit_says_how_to_get_more(repo, tmp_path):
    history_of(repo)
    folder = clone(repo, tmp_path / "clone", "--depth=1")
    with pytest.raises(WinnowError, match="shallow") as refused:
        measure_survival(Request(folder))
    assert "--unshallow" in refused.value.remedy


def drop_blob(repo, commit: str, path: str) -> None:
    """Removes one file's contents, as a partial clone lacks them; so few objects lie unpacked."""
    blob = repo.git("rev-parse", f"{commit}:{path}").strip()
    (repo.folder / "objects" / blob[:2] / blob[2:]).unlink()


def many_lines(*words: str) -> str:
    return lines(*(f"{word}{n}" for word in words for n in range(20)))


def test_a_file_whose_contents_are_missing_is_unknown_from_there_on(repo):
    first = repo.agent({"a.py": many_lines("a"), "b.py": FIVE})
    second = repo.agent({"a.py": many_lines("a", "b"), "b.py": FIVE}, first, at=3 * DAY)
    third = repo.agent({"a.py": many_lines("a", "c"), "b.py": FIVE + FIVE}, second, at=4 * DAY)
    repo.build(repo.commit({"a.py": many_lines("c"), "b.py": FIVE}, third, at=20 * DAY))
    drop_blob(repo, repo.ids[second], "a.py")
    outcome = measure_survival(Request(repo.folder, checkpoints="1d,7d"))
    ratios = {(r.session_id, r.checkpoint): r.ratio for r in readings_of(outcome)}
    commits = outcome.measured.commits
    assert ratios[commits[repo.ids[first]].id, "1d"] == 1.0
    assert ratios[commits[repo.ids[first]].id, "7d"] is None
    assert ratios[commits[repo.ids[third]].id, "7d"] == 1.0


def readings_of(outcome):
    return readings(outcome.measured.sessions, outcome.spans)


def test_contents_that_a_merge_lacks_are_unknown_too(repo):
    base = repo.agent({"a.py": many_lines("a"), "b.py": FIVE})
    ours = repo.commit({"a.py": many_lines("o", "a"), "b.py": FIVE}, base, at=HOUR)
    theirs = repo.commit({"a.py": many_lines("a", "t"), "b.py": FIVE}, base, at=HOUR)
    tree = {"a.py": many_lines("o", "a", "t"), "b.py": FIVE}
    merge = repo.commit(tree, ours, theirs, at=2 * DAY)
    repo.build(repo.commit(tree | {"end": ""}, merge, at=9 * DAY))
    drop_blob(repo, repo.ids[merge], "a.py")
    outcome = measure_survival(Request(repo.folder, checkpoints="1d,7d"))
    assert [r.ratio for r in readings_of(outcome)] == [1.0, None]


def test_git_reaches_no_network_for_what_a_partial_clone_lacks(repo, tmp_path):
    history_of(repo)
    repo.git("config", "uploadpack.allowFilter", "true")
    folder = clone(repo, tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    outcome = measure_survival(Request(folder, checkpoints="1h"))
    assert {reading.ratio for reading in readings_of(outcome)} <= {None}
    missing = subprocess.run(
        ["git", "-C", str(folder), "rev-list", "--objects", "--missing=print", "HEAD"],
        capture_output=True,
        check=True,
    )
    assert b"\n?" in missing.stdout


def test_a_detached_head_is_said(repo):
    history_of(repo)
    (repo.folder / "HEAD").write_text(repo.git("rev-parse", "main"))
    assert any("detached" in warning for warning in repo.measure().warnings)
    assert not repo.measure(head="main").warnings


@pytest.mark.parametrize("name", ["empty", "file", "missing"])
def test_what_is_no_repository_is_refused(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(WinnowError, match="not a git repository") as refused:
        GitRepository(tmp_path / name)
    assert refused.value.exit_code == 2


def test_an_empty_repository_has_no_revision(repo):
    with pytest.raises(WinnowError, match="revision") as refused:
        repo.measure()
    assert "--head" in refused.value.remedy


def test_a_revision_is_never_taken_for_an_option(repo):
    history_of(repo)
    with pytest.raises(WinnowError, match="revision"):
        repo.measure(head="--output=x")


def test_a_history_without_a_trailer_is_refused(repo):
    repo.build(repo.commit({"a.py": FIVE}))
    with pytest.raises(WinnowError, match="trailer") as refused:
        repo.measure()
    assert "--trailer" in refused.value.remedy


@pytest.mark.parametrize("asked", [{"method": "line/2"}, {"checkpoints": "1h,soon"}])
def test_wrong_use_ends_with_two(repo, asked):
    with pytest.raises(WinnowError) as refused:
        repo.measure(**asked)
    assert refused.value.exit_code == 2


def test_what_cannot_be_observed_is_null_and_never_nan(repo):
    repo.build(repo.agent({"a.py": FIVE}))
    outcome = repo.measure()
    told = summary(outcome.measured.sessions, outcome.spans, outcome.method)
    assert {at["survival_ratio"] for at in told["checkpoints"].values()} == {None}
    assert {at["mean_ratio"] for at in told["checkpoints"].values()} == {None}
