"""A run that builds on the one before tells what a full run tells."""

import json
import random

import pytest

from flows.survival.results import readings
from tests.survival.small_repo import AGENT, DAY, HOUR, lines

FIVE = lines(*"abcde")


def told(outcome):
    return readings(outcome.measured.sessions, outcome.spans)


def grow(repo, seed: int, days: int, breaks: tuple[int, ...]) -> list[int]:
    """Some commits and a merged branch a day; the heads at the breaks."""
    pick = random.Random(seed)
    tree = {"a.py": [f"value_{n} = {n}" for n in range(20)]}
    heads, branches = [], []
    main = repo.commit(text(tree), message=AGENT)
    for day in range(1, days):
        for hour in range(0, 24, 6):
            tree = {path: list(content) for path, content in tree.items()}
            path = pick.choice(sorted(tree))
            start = pick.randrange(len(tree[path]) + 1)
            tree[path][start : start + pick.randint(0, 3)] = [
                f"made_{day}_{hour}_{n} = {n}" for n in range(pick.randint(0, 6))
            ]
            if pick.random() < 0.1:
                tree[f"moved_{day}_{hour}.py"] = tree.pop(path)
            message = AGENT if pick.random() < 0.5 else "Change"
            main = repo.commit(text(tree), main, at=day * DAY + hour * HOUR, message=message)
        if pick.random() < 0.5:
            side = {**tree, f"side_{day}.py": [f"side_{day}_{n} = {n}" for n in range(9)]}
            moment = day * DAY + 19 * HOUR
            branches.append((repo.commit(text(side), main, at=moment, message=AGENT), side, day))
        if branches and pick.random() < 0.5:
            commit, side, made = branches.pop(0)
            tree = {**tree, f"side_{made}.py": side[f"side_{made}.py"]}
            main = repo.commit(text(tree), main, commit, at=day * DAY + 20 * HOUR)
        if day in breaks:
            heads.append(main)
    return [*heads, main]


def text(tree) -> dict[str, str]:
    return {path: "".join(f"{line}\n" for line in content) for path, content in tree.items()}


@pytest.mark.parametrize("method", ["line/1", "blame/1"])
@pytest.mark.parametrize("seed", range(2))
def test_a_run_in_parts_tells_what_one_run_tells(repo, tmp_path, method, seed):
    for head in grow(repo, seed, 45, (3, 20, 21, 22, 30)):
        repo.build(head)
        in_parts = repo.measure(method, state=tmp_path / "state")
        assert told(in_parts) == told(repo.measure(method))


def test_the_second_run_reads_new_commits_only(repo, tmp_path, monkeypatch):
    first = repo.agent({"a.py": FIVE})
    head = repo.commit({"a.py": FIVE, "b": ""}, first, at=DAY)
    repo.build(head)
    repo.measure(state=tmp_path)
    repo.build(repo.agent({"a.py": FIVE, "c.py": FIVE}, head, at=2 * DAY))
    asked = []
    from flows.adapters.git_changes import GitChanges

    plain = GitChanges.of
    monkeypatch.setattr(
        GitChanges, "of", lambda self, commits: (asked.extend(commits), plain(self, commits))[1]
    )
    repo.measure(state=tmp_path)
    assert [id for id, _ in asked] == [repo.git("rev-parse", "main").strip()]


def test_rewritten_history_is_measured_anew(repo, tmp_path):
    base = repo.commit({"r": "r\n"})
    repo.build(repo.agent({"a.py": FIVE}, base, at=DAY))
    repo.measure(state=tmp_path)
    rewritten = repo.agent({"a.py": FIVE + FIVE}, base, at=2 * DAY)
    repo.build(repo.commit({"a.py": FIVE}, rewritten, at=9 * DAY))
    assert told(repo.measure(state=tmp_path)) == told(repo.measure())


def test_a_branch_from_long_ago_is_measured_anew(repo, tmp_path):
    agent = repo.agent({"a.py": FIVE})
    head = repo.commit({"a.py": FIVE, "b": ""}, agent, at=60 * DAY)
    repo.build(head)
    repo.measure(state=tmp_path)
    old = repo.agent({"a.py": FIVE, "c.py": FIVE}, agent, at=2 * DAY)
    repo.build(repo.commit({"a.py": lines("a"), "b": "", "c.py": FIVE}, head, old, at=90 * DAY))
    assert told(repo.measure(state=tmp_path)) == told(repo.measure())


@pytest.mark.parametrize("damage", [b"", b"no state", b"\x28\xb5\x2f\xfd"])
def test_a_damaged_state_is_measured_anew(repo, tmp_path, damage):
    agent = repo.agent({"a.py": FIVE})
    repo.build(repo.commit({"a.py": FIVE, "b": ""}, agent, at=DAY))
    repo.measure(state=tmp_path)
    (tmp_path / "survival.state").write_bytes(damage)
    assert told(repo.measure(state=tmp_path)) == told(repo.measure())


def test_another_question_does_not_build_on_the_state(repo, tmp_path):
    agent = repo.agent({"a.py": FIVE + "}\n"})
    repo.build(repo.commit({"a.py": FIVE, "b": ""}, agent, at=2 * DAY))
    repo.measure(state=tmp_path)
    asked = {"method": "blame/1", "checkpoints": "1d,2d"}
    assert told(repo.measure(state=tmp_path, **asked)) == told(repo.measure(**asked))


def note(repo, mark: int, session: str) -> None:
    attested = "a.py\n  s_1::t_1 1-5\n---\n"
    meta = json.dumps({"sessions": {"s_1": {"agent_id": {"id": session}}}})
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    command = ("notes", "--ref=ai", "add", "-f", "-F", "-", repo.ids[mark])
    repo.git(*identity, *command, feed=(attested + meta).encode())


def test_notes_that_come_late_or_change_are_read(repo, tmp_path):
    one = repo.agent({"a.py": FIVE})
    two = repo.commit({"a.py": FIVE, "b": ""}, one, at=DAY)
    repo.build(two)
    for session in ("one", "other"):
        note(repo, one, session)
        with_state = repo.measure(state=tmp_path, notes=True)
        assert told(with_state) == told(repo.measure(notes=True))
        assert session in {reading.session_id for reading in told(with_state)}
    note(repo, two, "one")
    repo.build(repo.commit({"a.py": FIVE, "b": "", "c": ""}, two, at=2 * DAY))
    assert told(repo.measure(state=tmp_path, notes=True)) == told(repo.measure(notes=True))


def test_the_state_has_no_line_of_the_repository(repo, tmp_path):
    import zstandard

    agent = repo.agent({"a.py": lines("canary")})
    gone = repo.commit({"b": ""}, agent, at=DAY, message='Revert "Do it"\n')
    repo.build(gone)
    repo.measure(state=tmp_path)
    stored = zstandard.decompress((tmp_path / "survival.state").read_bytes())
    assert b"canary" not in stored
