"""line/1: what counts, and what is still the same line."""

from tests.survival.small_repo import DAY, HOUR, lines

FIVE = lines(*"abcde")


def ends(repo, tree, *parents, at=9 * DAY):
    """A last commit that gives the checkpoints something to look back from."""
    repo.build(repo.commit(tree | {"end": "end of it\n"}, *parents, at=at))


def test_lines_under_three_word_characters_do_not_count(repo):
    agent = repo.agent({"a.py": "}\n\n)\nx = 1\n  ab\nabc\nß ö ü\n// --\n"})
    ends(repo, {"a.py": "}\n\n)\nabc\nß ö ü\n"}, agent)
    assert repo.alive(agent, checkpoints="1h,9d") == (2, {"1h": 2, "9d": 2})


def test_lock_generated_vendored_and_binary_files_do_not_count(repo):
    tree = {
        "package-lock.json": FIVE,
        "web/yarn.lock": FIVE,
        "src/api_pb2.py": FIVE,
        "static/app.min.js": FIVE,
        "vendor/lib/a.go": FIVE,
        "node_modules/a/index.js": FIVE,
        "data.bin": b"\0" + FIVE.encode(),
        "lib": None,
        "src/a.py": FIVE,
    }
    agent = repo.agent(tree)
    ends(repo, tree, agent)
    assert repo.alive(agent, checkpoints="1h") == (5, {"1h": 5})


def test_a_change_of_white_space_only_keeps_a_line(repo):
    agent = repo.agent({"a.py": FIVE})
    spaced = FIVE.replace("value", "    value").replace("a = a", "a  =  a")
    moved = repo.commit({"a.py": spaced}, agent, at=2 * HOUR)
    ends(repo, {"a.py": spaced}, moved)
    assert repo.alive(agent, checkpoints="1d") == (5, {"1d": 5})


def test_an_edited_line_is_not_alive(repo):
    agent = repo.agent({"a.py": FIVE})
    edited = repo.commit({"a.py": FIVE.replace("c()", "C()")}, agent, at=2 * HOUR)
    ends(repo, {"a.py": FIVE.replace("c()", "C()")}, edited)
    assert repo.alive(agent, checkpoints="1h,1d") == (5, {"1h": 5, "1d": 4})


def test_a_line_that_moves_to_another_file_in_one_commit_is_alive(repo):
    agent = repo.agent({"a.py": FIVE, "b.py": lines("x")})
    moved = repo.commit({"b.py": lines("x") + FIVE}, agent, at=2 * HOUR)
    ends(repo, {"b.py": lines("x") + FIVE}, moved)
    assert repo.alive(agent, checkpoints="1d") == (6, {"1d": 6})


def test_who_moves_a_line_did_not_write_it(repo):
    first = repo.commit({"a.py": FIVE + lines("x")})
    agent = repo.agent({"a.py": lines("x"), "b.py": FIVE + lines(*"uvwyz")}, first, at=HOUR)
    ends(repo, {"a.py": lines("x"), "b.py": FIVE + lines(*"uvwyz")}, agent)
    assert repo.alive(agent, checkpoints="1d") == (5, {"1d": 5})


def test_a_copy_is_new_and_the_copied_line_lives_once(repo):
    agent = repo.agent({"a.py": FIVE})
    copied = repo.commit({"a.py": FIVE, "b.py": FIVE}, agent, at=2 * HOUR)
    dropped = repo.commit({"b.py": FIVE}, copied, at=2 * DAY)
    ends(repo, {"b.py": FIVE}, dropped)
    assert repo.alive(agent, checkpoints="1d,7d") == (5, {"1d": 5, "7d": 0})


def test_a_renamed_file_keeps_its_lines_and_a_new_one_may_take_its_name(repo):
    agent = repo.agent({"a.py": lines(*"abcdefgh")})
    other = lines(*(f"other{n}" for n in range(8)))
    moved = repo.commit({"b.py": lines(*"abcdefgh"), "a.py": other}, agent, at=2 * HOUR)
    ends(repo, {"b.py": lines(*"abcdefgh"), "a.py": other}, moved)
    assert repo.alive(agent, checkpoints="1h,1d") == (8, {"1h": 8, "1d": 8})


def test_two_files_that_swap_names_keep_their_lines(repo):
    one, two = lines(*"abcdefgh"), lines(*"stuvwxyz")
    agent = repo.agent({"a.py": one, "b.py": lines("human")})
    second = repo.agent({"a.py": one, "b.py": two}, agent, at=HOUR)
    swapped = repo.commit({"a.py": two, "b.py": one}, second, at=2 * HOUR)
    ends(repo, {"a.py": two, "b.py": one}, swapped)
    assert repo.alive(agent, checkpoints="2h,1d") == (9, {"2h": 8, "1d": 8})
    assert repo.alive(second, checkpoints="1d") == (8, {"1d": 8})


def test_a_line_that_somebody_writes_again_later_is_new(repo):
    agent = repo.agent({"a.py": FIVE, "r": "r\n"})
    deleted = repo.commit({"r": "r\n"}, agent, at=HOUR * 2)
    again = repo.commit({"a.py": FIVE, "r": "r\n"}, deleted, at=DAY * 2)
    ends(repo, {"a.py": FIVE, "r": "r\n"}, again)
    assert repo.alive(agent, checkpoints="1h,1d,7d") == (5, {"1h": 5, "1d": 0, "7d": 0})


def test_the_exact_revert_of_a_revert_gives_the_lines_back(repo):
    before, after = {"a.py": lines("x")}, {"a.py": lines("x") + FIVE, "b.py": FIVE}
    first = repo.commit(before)
    agent = repo.agent(after, first, at=HOUR)
    revert = repo.commit(before, agent, at=3 * HOUR, message='Revert "Do it"\n')
    again = repo.commit(after, revert, at=2 * DAY, message='Revert "Revert "Do it""\n')
    ends(repo, after, again)
    assert repo.alive(agent, checkpoints="1h,1d,7d") == (10, {"1h": 10, "1d": 0, "7d": 10})


def test_a_revert_of_a_revert_that_also_changes_something_gives_nothing_back(repo):
    before, after = {"a.py": lines("x")}, {"a.py": lines("x") + FIVE}
    agent = repo.agent(after, repo.commit(before), at=HOUR)
    revert = repo.commit(before, agent, at=3 * HOUR, message='Revert "Do it"\n')
    changed = {"a.py": lines("x") + FIVE.replace("c()", "C()")}
    again = repo.commit(changed, revert, at=2 * DAY, message='Reapply "Do it"\n')
    ends(repo, changed, again)
    assert repo.alive(agent, checkpoints="7d") == (5, {"7d": 0})


def formatted_by(repo, before: str, after: str):
    """An agent's file, reformatted by a commit that .git-blame-ignore-revs names."""
    agent = repo.agent({"a.py": before})
    formatter = repo.commit({"a.py": after}, agent, at=2 * HOUR)
    repo.build(formatter)
    ignored = {".git-blame-ignore-revs": f"# format\n{repo.ids[formatter]} # all of it\n"}
    named = repo.commit({"a.py": after} | ignored, formatter, at=3 * HOUR)
    ends(repo, {"a.py": after} | ignored, named)
    return agent


def test_a_formatter_commit_is_skipped(repo):
    agent = formatted_by(repo, FIVE, FIVE.replace("()", "( )  # noqa"))
    assert repo.alive(agent, checkpoints="1h,1d") == (5, {"1h": 5, "1d": 5})


def test_a_formatter_may_join_and_split_lines(repo):
    before = "call(one,\n     two,\n     three)\nvalue = call(four, five)\n"
    after = "call(one, two, three)\n" + lines("k") + "value = call(\n    four,\n    five,\n)\n"
    agent = formatted_by(repo, before + lines("k") + "value = call(four, five)\n", before + after)
    added, alive = repo.alive(agent, checkpoints="1h,1d")
    assert alive["1d"] <= added
    joined = formatted_by(repo, "alpha = (\n  beta\n  gamma)\n", "alpha = (beta gamma)\n")
    assert repo.alive(joined, checkpoints="1h,1d") == (3, {"1h": 3, "1d": 3})


def test_a_squash_that_leaves_the_branch_behind_is_a_commit_like_any(repo):
    base = repo.commit({"r": "r\n"})
    squash = repo.agent({"r": "r\n", "a.py": FIVE}, base, at=DAY)
    ends(repo, {"r": "r\n", "a.py": FIVE}, squash)
    assert repo.alive(squash, checkpoints="1d") == (5, {"1d": 5})


def test_the_clock_starts_when_the_default_branch_has_the_commit(repo):
    base = repo.commit({"r": "r\n"})
    agent = repo.agent({"r": "r\n", "a.py": FIVE}, base, at=HOUR)
    main = repo.commit({"r": "s\n"}, base, at=2 * HOUR)
    merge = repo.commit({"r": "s\n", "a.py": FIVE}, main, agent, at=3 * DAY)
    edited = repo.commit({"r": "s\n", "a.py": lines("a")}, merge, at=3 * DAY + 2 * HOUR)
    ends(repo, {"r": "s\n", "a.py": lines("a")}, edited)
    assert repo.alive(agent, checkpoints="1h,1d") == (5, {"1h": 5, "1d": 1})


def test_a_clock_that_runs_backwards_stands_still(repo):
    agent = repo.agent({"a.py": FIVE}, at=10 * DAY)
    earlier = repo.commit({"a.py": lines("a")}, agent, at=2 * DAY)
    ends(repo, {"a.py": lines("a")}, earlier, at=20 * DAY)
    assert repo.alive(agent, checkpoints="1h,7d") == (5, {"1h": 1, "7d": 1})


def test_a_merge_takes_each_line_from_the_first_parent_that_has_it(repo):
    base = repo.commit({"a.py": lines("x", "y")})
    ours = repo.agent({"a.py": lines("o", "x", "y")}, base, at=HOUR)
    theirs = repo.agent({"a.py": lines("x", "y", "t")}, base, at=HOUR)
    merge = repo.commit({"a.py": lines("o", "x", "y", "new", "t")}, ours, theirs, at=2 * HOUR)
    ends(repo, {"a.py": lines("o", "x", "y", "new", "t")}, merge)
    assert repo.alive(ours, checkpoints="1d") == (1, {"1d": 1})
    assert repo.alive(theirs, checkpoints="1d") == (1, {"1d": 1})


def test_a_line_that_a_merge_doubles_is_alive_once(repo):
    """One side renames a file, the other keeps it, and the merge has both."""
    base = repo.agent({"a.py": FIVE})
    moved = repo.commit({"b.py": FIVE}, base, at=HOUR)
    kept = repo.commit({"a.py": FIVE, "r": "r\n"}, base, at=HOUR)
    merge = repo.commit({"a.py": FIVE, "b.py": FIVE, "r": "r\n"}, kept, moved, at=2 * HOUR)
    last = repo.commit({"a.py": FIVE, "r": "r\n"}, merge, at=2 * DAY)
    ends(repo, {"a.py": FIVE, "r": "r\n"}, last)
    for method in ("line/1", "blame/1"):
        assert repo.alive(base, method, checkpoints="1d,7d") == (5, {"1d": 5, "7d": 5})


def test_a_merge_that_throws_a_side_away_kills_its_lines(repo):
    base = repo.commit({"r": "r\n"})
    side = repo.agent({"r": "r\n", "a.py": FIVE}, base, at=HOUR)
    merge = repo.commit({"r": "r\n"}, base, side, at=2 * HOUR)
    ends(repo, {"r": "r\n"}, merge)
    assert repo.alive(side, checkpoints="1h") == (5, {"1h": 0})
