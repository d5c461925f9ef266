"""blame/1 against git blame itself, on random histories and on each trap."""

import random
from collections import Counter

import pytest

from flows.survival.owners import unpack
from tests.survival.small_repo import AGENT, DAY, HOUR, lines


def blamed(repo, commit: str) -> Counter:
    """Lines at a commit, by the commit that git blame gives them to."""
    counts: Counter = Counter()
    for path in repo.git("ls-tree", "-r", "--name-only", "-z", commit).split("\0")[:-1]:
        for line in repo.git("blame", "--incremental", commit, "--", path).split("\n"):
            words = line.split(" ")
            if len(words) == 4 and len(words[0]) == 40 and words[3].isdigit():
                counts[words[0]] += int(words[3])
    return counts


class History:
    """A random history: edits, renames, deletions, branches and merges with conflicts."""

    def __init__(self, repo, seed: int) -> None:
        self.repo, self.random, self.fresh = repo, random.Random(seed), 0
        self.trees: dict[int, dict[str, list[str]]] = {}
        self.tips: list[int] = []

    def grow(self, steps: int) -> int:
        tree = {f"src/file {n}.py": self.new_lines(12) for n in range(3)}
        self.tips = [self.commit(tree)]
        for step in range(1, steps):
            main = self.tips[0]
            if len(self.tips) < 4 and self.random.random() < 0.25:
                self.tips.append(self.commit(self.edited(self.trees[main]), main, step=step))
            elif len(self.tips) > 1 and self.random.random() < 0.3:
                side = self.tips.pop(self.random.randrange(1, len(self.tips)))
                self.tips[0] = self.commit(self.merged(main, side), main, side, step=step)
            else:
                at = self.random.randrange(len(self.tips))
                tip = self.tips[at]
                self.tips[at] = self.commit(self.edited(self.trees[tip]), tip, step=step)
        return self.tips[0]

    def commit(self, tree, *parents: int, step: int = 0) -> int:
        files = {path: self.joined(content) for path, content in tree.items()}
        message = AGENT if not parents or self.random.random() < 0.6 else "Change"
        mark = self.repo.commit(files, *parents, at=step * HOUR, message=message)
        self.trees[mark] = tree
        return mark

    def joined(self, content: list[str]) -> str:
        end = "" if len(content) % 5 == 0 else "\n"
        return "\n".join(content) + end

    def new_lines(self, count: int) -> list[str]:
        """Some of them everywhere the same, as braces and blank lines are."""
        made = []
        for _ in range(count):
            self.fresh += 1
            made.append(self.random.choice(["}", "", f"line {self.fresh} of text here"]))
        return made

    def edited(self, tree) -> dict[str, list[str]]:
        tree = {path: list(content) for path, content in tree.items()}
        path = self.random.choice(sorted(tree))
        content = tree[path]
        for _ in range(self.random.randint(1, 3)):
            at = self.random.randrange(len(content) + 1)
            content[at : at + self.random.randint(0, 4)] = self.new_lines(self.random.randint(0, 4))
        if self.random.random() < 0.2 and content:
            tree[f"src/moved-{self.fresh}.py"] = tree.pop(path)
        if self.random.random() < 0.1:
            tree[f"src/new-{self.fresh}.py"] = self.new_lines(9)
        return tree

    def merged(self, main: int, side: int) -> dict[str, list[str]]:
        """Files of both sides; of a common one, some lines of each."""
        ours, theirs = self.trees[main], self.trees[side]
        tree = {path: list(content) for path, content in ours.items()}
        for path, content in theirs.items():
            at = self.random.randrange(len(content) + 1)
            tree[path] = tree[path][:at] + content[at:] if path in tree else list(content)
        return tree


def followed(repo, head: str) -> dict[str, int]:
    """Lines at a commit that the pass gives to each agent commit."""
    measured = repo.measure("blame/1", head=head, checkpoints="1h").measured
    state = measured.snapshot.trail.state_at(head)
    held = Counter(number for row in state.values() for number in unpack(row))
    return {
        id: sum(held[number] for span in session.ranges for number in range(*span))
        for id, session in measured.commits.items()
    }


@pytest.mark.parametrize("seed", range(8))
def test_random_histories_are_told_as_git_blame_tells_them(repo, seed):
    head = History(repo, seed).grow(40)
    repo.build(head)
    mainline = repo.git("rev-list", "--first-parent", "main").split()
    for commit in mainline[::5]:
        expected = blamed(repo, commit)
        found = followed(repo, commit)
        assert found == {id: expected[id] for id in found}


def test_a_line_that_somebody_edits_is_dead_from_then_on(repo):
    first = repo.commit({"a.py": "x\n"})
    agent = repo.agent({"a.py": "x\ny\nz\n"}, first, at=HOUR)
    repo.build(repo.commit({"a.py": "x\ny\nZ\n"}, agent, at=4 * HOUR))
    assert repo.alive(agent, "blame/1", checkpoints="1h,2h,3h") == (2, {"1h": 2, "2h": 2, "3h": 1})


def test_a_checkpoint_beyond_the_head_is_left_out(repo):
    agent = repo.agent({"a.py": "x\n"})
    repo.build(repo.commit({"a.py": "x\n", "b": "y\n"}, agent, at=2 * DAY))
    assert repo.alive(agent, "blame/1") == (1, {"1h": 1, "1d": 1})


def test_an_empty_commit_shifts_nothing(repo):
    first = repo.agent({"a.py": "x\n"})
    empty = repo.agent({"a.py": "x\n"}, first, at=HOUR)
    later = repo.agent({"a.py": "x\ny\n"}, empty, at=2 * HOUR)
    repo.build(repo.commit({"a.py": "y\n"}, later, at=9 * HOUR))
    assert repo.alive(first, "blame/1", checkpoints="1h,9h") == (1, {"1h": 1, "9h": 0})
    assert repo.alive(empty, "blame/1", checkpoints="1h") == (0, {"1h": 0})
    assert repo.alive(later, "blame/1", checkpoints="1h") == (1, {"1h": 1})


def test_a_submodule_counts_as_added_and_never_as_alive(repo):
    agent = repo.agent({"a.py": "x\n", "lib": None})
    repo.build(repo.commit({"a.py": "x\n", "lib": None, "b": ""}, agent, at=DAY))
    assert repo.alive(agent, "blame/1", checkpoints="1h") == (2, {"1h": 1})


def test_a_binary_file_has_no_lines(repo):
    agent = repo.agent({"a.bin": b"\0\1\n\2\n", "a.py": "x\n"})
    repo.build(repo.commit({"a.bin": b"\0\3\n", "a.py": "x\n"}, agent, at=DAY))
    assert repo.alive(agent, "blame/1", checkpoints="1h") == (1, {"1h": 1})


def test_names_with_spaces_quotes_and_other_scripts_are_followed(repo):
    name = 'dir with space/"quo\\ted" größe\n日本.py'
    agent = repo.agent({name: lines("a", "b", "c")})
    repo.build(repo.commit({"moved " + name: lines("a", "b", "x")}, agent, at=DAY))
    assert repo.alive(agent, "blame/1", checkpoints="1h,1d") == (3, {"1h": 3, "1d": 2})


def test_a_rename_in_a_branch_takes_along_what_the_other_side_edited(repo):
    base = repo.agent({"a.py": lines(*"abcdefgh")})
    moved = repo.commit({"b.py": lines(*"abcdefgh")}, base, at=HOUR)
    edited = repo.commit({"a.py": lines(*"abcdefgX")}, base, at=HOUR)
    merge = repo.commit({"b.py": lines(*"abcdefgX")}, moved, edited, at=2 * HOUR)
    repo.build(merge)
    assert repo.alive(base, "blame/1", checkpoints="1h,2h")[1] == {"1h": 8, "2h": 7}


def test_an_octopus_takes_each_file_from_the_parent_that_has_it(repo):
    base = repo.commit({"r": "r\n"})
    sides = [repo.agent({"r": "r\n", f"{n}.py": lines("a", "b")}, base, at=HOUR) for n in "xyz"]
    tree = {"r": "r\n"} | {f"{n}.py": lines("a", "b") for n in "xyz"}
    merge = repo.commit(tree, base, *sides, at=2 * HOUR)
    repo.build(repo.commit(tree | {"r": "s\n"}, merge, at=5 * HOUR))
    for side in sides:
        assert repo.alive(side, "blame/1", checkpoints="1h") == (2, {"1h": 2})


def test_large_commits_keep_their_renames(repo):
    """Git stops looking for renames at its limit, unless told not to."""
    names = [f"{n:04}" for n in range(1100)]
    before = {f"old/{n}.py": lines(*(f"{n}{c}" for c in "abcdef")) for n in names}
    after = {f"new/{n}.py": lines(*(f"{n}{c}" for c in "abcdeX")) for n in names}
    agent = repo.agent(before)
    repo.build(repo.commit(after, agent, at=DAY))
    assert repo.alive(agent, "blame/1", checkpoints="1d") == (6600, {"1d": 5500})


def test_settings_of_the_user_change_nothing(repo):
    agent = repo.agent({"a.py": lines("a", "b")})
    repo.build(repo.commit({"b.py": lines("a", "b")}, agent, at=DAY))
    plain = repo.alive(agent, "blame/1", checkpoints="1d")
    for name, value in {
        "diff.renames": "false",
        "diff.noprefix": "true",
        "diff.algorithm": "patience",
        "diff.context": "9",
        "color.ui": "always",
        "core.quotePath": "true",
        "log.showSignature": "true",
        "log.showRoot": "false",
        "diff.submodule": "log",
    }.items():
        repo.git("config", name, value)
    assert repo.alive(agent, "blame/1", checkpoints="1d") == plain == (2, {"1d": 2})
