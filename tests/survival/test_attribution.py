"""Whose lines a commit adds: transcript, git-ai's note, trailer."""

import json
from datetime import UTC, datetime

import pytest

from flows.survival.notes import parse_note
from flows.survival.results import readings
from tests.survival.small_repo import DAY, HOUR, START, lines

FIVE = lines(*"abcde")


def at(seconds: int) -> str:
    return datetime.fromtimestamp(START + seconds, UTC).isoformat().replace("+00:00", "Z")


def edit(path: str, removed: str, added: str) -> dict:
    signed = [f"-{line}" for line in removed.splitlines()]
    signed += [f"+{line}" for line in added.splitlines()]
    return {"filePath": path, "structuredPatch": [{"oldStart": 1, "lines": signed}]}


def create(path: str, content: str) -> dict:
    return {"type": "create", "filePath": path, "content": content, "structuredPatch": []}


def transcript(folder, session: str, *records: tuple[int, object]):
    file = folder / f"{session}.jsonl"
    rows = [
        {"sessionId": session, "uuid": f"{session}-{n}", "timestamp": at(t), "toolUseResult": done}
        for n, (t, done) in enumerate(records)
    ]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return file


def told(outcome) -> dict[str, list]:
    """Ratios by session, in order of the checkpoints."""
    found: dict[str, list] = {}
    for reading in readings(outcome.measured.sessions, outcome.spans):
        found.setdefault(reading.session_id, []).append(reading.ratio)
    return found


def test_a_sessions_edits_are_found_in_the_commit_that_follows(repo, tmp_path):
    base = repo.commit({"src/a.py": lines("x")})
    work = repo.commit({"src/a.py": lines("x") + FIVE + lines("human")}, base, at=2 * HOUR)
    edited = repo.commit({"src/a.py": lines("x", "a", "b")}, work, at=2 * DAY)
    repo.build(repo.commit({"src/a.py": lines("x", "a", "b"), "b": ""}, edited, at=9 * DAY))
    file = transcript(tmp_path, "s1", (0, None), (HOUR, edit("/home/me/src/a.py", "", FIVE)))
    outcome = repo.measure(transcripts=(file,), checkpoints="1h,1d,7d")
    assert told(outcome) == {"s1": [1.0, 1.0, 0.4]}
    assert [session.added for session in outcome.measured.sessions] == [5]


def test_a_line_that_the_session_itself_replaced_is_not_looked_for(repo, tmp_path):
    base = repo.commit({"r": "r\n"})
    work = repo.commit({"r": "r\n", "a.py": FIVE}, base, at=2 * HOUR)
    repo.build(repo.commit({"r": "s\n", "a.py": FIVE}, work, at=2 * DAY))
    file = transcript(
        tmp_path,
        "s1",
        (0, create("/w/a.py", lines(*"pqrst"))),
        (HOUR, edit("/w/a.py", lines(*"pqrst"), FIVE)),
    )
    (session,) = repo.measure(transcripts=(file,)).measured.sessions
    assert session.added == 5


def test_own_rewrites_in_later_commits_leave_the_denominator(repo, tmp_path):
    base = repo.commit({"r": "r\n"})
    one = repo.commit({"r": "r\n", "a.py": FIVE + lines("old")}, base, at=HOUR)
    two = repo.commit({"r": "r\n", "a.py": FIVE + lines("new")}, one, at=2 * HOUR)
    repo.build(repo.commit({"r": "s\n", "a.py": FIVE + lines("new")}, two, at=2 * DAY))
    file = transcript(
        tmp_path,
        "s1",
        (0, create("/w/a.py", FIVE + lines("old"))),
        (HOUR + 60, edit("/w/a.py", "", lines("new"))),
    )
    outcome = repo.measure(transcripts=(file,), checkpoints="1h")
    assert outcome.measured.sessions[0].added == 6
    assert told(outcome) == {"s1": [1.0]}


def test_a_squashed_and_rebased_session_is_found_by_its_content(repo, tmp_path):
    base = repo.commit({"r": "r\n"})
    other = repo.commit({"r": "s\n"}, base, at=DAY)
    squash = repo.commit({"r": "s\n", "a.py": FIVE}, other, at=2 * DAY)
    repo.build(repo.commit({"r": "t\n", "a.py": FIVE}, squash, at=9 * DAY))
    file = transcript(tmp_path, "s1", (HOUR, create("/w/a.py", FIVE)))
    assert told(repo.measure(transcripts=(file,), checkpoints="1h,1d,7d")) == {
        "s1": [None, None, 1.0]
    }


def test_a_session_of_which_nothing_was_committed_is_unknown_and_not_dead(repo, tmp_path):
    base = repo.agent({"r": FIVE})
    repo.build(repo.commit({"r": FIVE, "a": "end\n"}, base, at=9 * DAY))
    file = transcript(tmp_path, "s1", (HOUR, create("/w/a.py", FIVE)))
    assert told(repo.measure(transcripts=(file,), checkpoints="1h"))["s1"] == [None]


def test_a_session_under_five_lines_is_unknown(repo, tmp_path):
    base = repo.commit({"r": "r\n"})
    work = repo.commit({"a.py": lines("a", "b")}, base, at=HOUR)
    repo.build(repo.commit({"a.py": lines("a", "b"), "b": ""}, work, at=9 * DAY))
    file = transcript(tmp_path, "s1", (HOUR, create("/w/a.py", lines("a", "b"))))
    assert told(repo.measure(transcripts=(file,), checkpoints="1h")) == {"s1": [None]}


def test_the_same_edit_in_two_files_counts_once(repo, tmp_path):
    base = repo.commit({"r": "r\n"})
    work = repo.commit({"a.py": FIVE + FIVE}, base, at=2 * HOUR)
    repo.build(repo.commit({"a.py": FIVE + FIVE, "b": ""}, work, at=9 * DAY))
    file = transcript(tmp_path, "s1", (HOUR, create("/w/a.py", FIVE)))
    (tmp_path / "copy.jsonl").write_bytes(file.read_bytes())
    (session,) = repo.measure(transcripts=(tmp_path,)).measured.sessions
    assert session.added == 5


def test_lines_that_cannot_be_read_are_passed_over(repo, tmp_path):
    base = repo.commit({"r": "r\n"})
    work = repo.commit({"a.py": FIVE}, base, at=2 * HOUR)
    repo.build(repo.commit({"a.py": FIVE, "b": ""}, work, at=9 * DAY))
    file = transcript(tmp_path, "s1", (HOUR, create("/w/a.py", FIVE)), (HOUR, "Error: no"))
    broken = b'{"sessionId": "s1", "timestamp"\n\xff\xfe\n[]\n{"timestamp": "soon"}\n'
    file.write_bytes(broken + file.read_bytes() + b'{"sessionId":"s1","toolUseResult":{"filePath"')
    assert told(repo.measure(transcripts=(file,), checkpoints="1d")) == {"s1": [1.0]}


def test_the_transcript_goes_before_the_trailer(repo, tmp_path):
    base = repo.commit({"r": "r\n"})
    work = repo.agent({"a.py": FIVE}, base, at=2 * HOUR)
    repo.build(repo.commit({"a.py": FIVE, "b": ""}, work, at=9 * DAY))
    file = transcript(tmp_path, "s1", (HOUR, create("/w/a.py", FIVE)))
    assert told(repo.measure(transcripts=(file,), checkpoints="1d")) == {"s1": [1.0]}


NOTE = b"""a.py
  s_1::t_1 1-3,7
  h_9 4-5
"dir with space/b.py"
  abcd 2
  unknown 3
---
{"schema_version": "authorship/3.0.0",
 "sessions": {"s_1": {"agent_id": {"tool": "x", "id": "one"}}},
 "prompts": {"abcd": {"agent_id": {"id": "two"}, "messages": [{"text": 3}]}}, "humans": {}}
"""


def test_a_note_tells_sessions_by_the_ids_of_their_agent():
    assert parse_note(NOTE) == {
        b"a.py": [(1, 3, "one"), (7, 7, "one")],
        b"dir with space/b.py": [(2, 2, "two")],
    }


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"a.py\n  s_1 1-2\n",
        b"a.py\n  s_1 1-2\n---\n{",
        b"a\n  s_1 x-y\n---\n" + NOTE.split(b"---\n")[1],
        b"\xff\n---\n\xff",
        b"---\n[]",
    ],
)
def test_a_note_in_another_form_attests_nothing(note):
    assert parse_note(note) == {}


def add_note(repo, mark: int, note: bytes) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    repo.git(*identity, "notes", "--ref=ai", "add", "-F", "-", repo.ids[mark], feed=note)


def test_a_notes_session_ends_with_the_last_of_its_commits(repo):
    base = repo.commit({"r": "r\n"})
    one = repo.agent({"a.py": FIVE}, base, at=HOUR)
    two = repo.agent({"a.py": FIVE + FIVE}, one, at=DAY)
    cut = repo.commit({"a.py": FIVE}, two, at=DAY + 2 * HOUR)
    repo.build(repo.commit({"a.py": FIVE, "b": ""}, cut, at=9 * DAY))
    meta = json.dumps({"sessions": {"s_1": {"agent_id": {"id": "one"}}}}).encode()
    add_note(repo, one, b"a.py\n  s_1::t_1 1-5\n---\n" + meta)
    add_note(repo, two, b"a.py\n  s_1::t_2 6-10\n---\n" + meta)
    outcome = repo.measure(notes=True, checkpoints="1h,1d")
    assert told(outcome) == {"one": [1.0, 0.5]}
    assert [s.source for s in outcome.measured.sessions if s.added] == ["note"]


def test_without_the_option_notes_are_not_read(repo):
    work = repo.agent({"a.py": FIVE})
    repo.build(repo.commit({"a.py": FIVE, "b": ""}, work, at=9 * DAY))
    meta = json.dumps({"sessions": {"s_1": {"agent_id": {"id": "one"}}}}).encode()
    add_note(repo, work, b"a.py\n  s_1::t_1 1-5\n---\n" + meta)
    assert "one" not in told(repo.measure(checkpoints="1h"))


def test_other_trailers_are_found_by_option(repo):
    work = repo.commit({"a.py": FIVE}, message="x\n\nCo-authored-by: OtherBot <b@example.com>\n")
    repo.build(repo.commit({"a.py": FIVE, "b": ""}, work, at=9 * DAY))
    outcome = repo.measure(trailers=("co-AUTHORED-by: otherbot",), checkpoints="1h")
    assert list(told(outcome).values()) == [[1.0]]


def test_a_pseudo_session_keeps_its_id_and_tells_no_hash(repo):
    work = repo.agent({"a.py": FIVE})
    later = repo.commit({"a.py": FIVE, "b": ""}, work, at=9 * DAY)
    repo.build(later)
    (first,) = told(repo.measure(checkpoints="1h"))
    repo.build(repo.agent({"a.py": FIVE + FIVE}, later, at=10 * DAY))
    assert first in told(repo.measure(checkpoints="1h"))
    assert repo.ids[work][:7] not in first.lower()
