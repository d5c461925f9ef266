"""`winnow bits`: a line out for every prompt in, whatever a file holds; and what it measures."""

import json
from pathlib import Path

import pytest
import typer

from flows.bits.names import BITS
from flows.commands.bits import bits
from flows.policy.errors import WinnowError

SECRET = "cormorant"


def line(number: int, text: str, **fields) -> bytes:
    return json.dumps({"id": number, "text": text} | fields).encode() + b"\n"


@pytest.fixture
def run(tmp_path, capfdbinary):
    """Runs the verb on a file; answers its lines, what it said on stderr, and the exit code."""

    def call(*content: bytes, **options) -> tuple[list[dict], str, int]:
        path = tmp_path / "prompts.jsonl"
        path.write_bytes(b"".join(content))
        code = bits_of(str(path), **options)
        out, err = capfdbinary.readouterr()
        return [json.loads(each) for each in out.splitlines()], err.decode(), code

    return call


def bits_of(file: str = "", **options) -> int:
    plain = {"evaluate": None, "backend": "embedded", "compare": "", "tier": "", "sure": False}
    try:
        bits(file, **plain | {"as_json": False} | options)
    except typer.Exit as ended:
        return ended.exit_code
    return 0


def test_every_prompt_has_every_bit_and_score_in_the_order_of_the_lines(run):
    found, err, code = run(*(line(n, f"add a flag {n}") for n in range(30)))
    assert [each["id"] for each in found] == list(range(30))
    assert all(tuple(each["bits"]) == tuple(each["scores"]) == BITS for each in found)
    assert all(0 <= score <= 1 for each in found for score in each["scores"].values())
    assert (err, code) == ("", 0)


def test_more_lines_than_a_batch_keep_their_order(run):
    found, _, _ = run(*(line(n, "go on") for n in range(2500)))
    assert [each["id"] for each in found] == list(range(2500))


def test_what_is_not_sure_is_null_where_few_false_positives_are_asked_for(run):
    (doubtful,), _, _ = run(line(1, "hm, are you sure about the other file?"), sure=True)
    assert None in doubtful["bits"].values()


@pytest.mark.parametrize(
    "text",
    [
        "x " * 500_000,
        "no, that is wrong\n" + "2026-01-01 12:00:00 ERROR worker failed\n" * 30_000,
        "perfect, 谢谢 ありがとう спасибо 👍",
        "\x00\x01 \u200b\u202e ok",
        "/review the second commit",
        "```python\ndef f():\n    return None\n```",
        "> I removed the tests, they were failing.\nwhy?",
    ],
)
def test_any_text_gets_an_answer(run, text):
    found, err, code = run(line(1, text), line(2, "add a flag"))
    assert [each["id"] for each in found] == [1, 2]
    assert (err, code) == ("", 0)


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_of_empty_text_every_bit_is_null(run, text):
    (found,), _, code = run(line(1, text))
    assert set(found["bits"].values()) == set(found["scores"].values()) == {None}
    assert code == 0


BAD = {
    "half an object": (b'{"id": 1, "text": "cormorant', "not one JSON object"),
    "no JSON": (b"a cormorant", "not one JSON object"),
    "two objects": (b'{"id": 1, "text": "a"} {"id": 2, "text": "b"}', "not one JSON object"),
    "not UTF-8": (b'{"id": 1, "text": "cormorant \xff"}', "not one JSON object"),
    "deep nesting": (b'{"id": 1, "text": "a", "b": ' + b"[" * 100_000, "not one JSON object"),
    "a list": (b'["cormorant"]', "Expected 'object'"),
    "no id": (b'{"text": "cormorant"}', "missing required field 'id'"),
    "no text": (b'{"id": "cormorant"}', "missing required field 'text'"),
    "no string": (b'{"id": 1, "text": ["cormorant"]}', "at '$.text'"),
    "no id's type": (b'{"id": {"cormorant": 1}, "text": "a"}', "at '$.id'"),
    "no flag": (b'{"id": 1, "text": "a", "rejected_before": "cormorant"}', "'$.rejected_before'"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_line_is_named_by_number_and_rule_and_the_others_are_answered(run, bad):
    content, reason = BAD[bad]
    found, err, code = run(line(1, "add a flag"), content + b"\n", line(3, "thanks"))
    assert [each["id"] for each in found] == [1, 3]
    assert err.startswith("line 2: ") and reason in err and "not read: 1 line" in err
    assert SECRET not in err and code == 2


def test_fields_that_nobody_asked_for_are_ignored(run):
    found, err, _ = run(line(1, "add a flag", note=[1, {"a": None}], source_repo=None))
    assert len(found) == 1 and err == ""


def test_files_of_other_systems_are_read(run):
    content = b"\xef\xbb\xbf" + line(1, "thanks, works now").replace(b"\n", b"\r\n")
    found, err, code = run(content, b"\r\n", line(2, "add a flag").rstrip())
    assert [each["id"] for each in found] == [1, 2]
    assert found[0]["bits"]["satisfied"] is True
    assert (err, code) == ("", 0)


def test_half_a_character_at_the_end_of_a_cut_text_is_no_obstacle(run):
    half = b'{"id": 1, "text": "thanks, works now \\ud83d"}\n'
    whole = b'{"id": "\\ud83d\\udc4d", "text": "thanks, works now"}\n'
    found, err, _ = run(half, whole, b'{"id": 3, "text": "cormorant \\ud83d\n')
    assert [each["id"] for each in found] == [1, "👍"]
    assert found[0]["bits"]["satisfied"] is True
    assert err.startswith("line 3: not one JSON object") and SECRET not in err


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_a_file_without_lines_gives_none(run, content):
    assert run(content) == ([], "", 0)


@pytest.mark.parametrize("name", ["", "missing.jsonl"])
def test_a_folder_or_no_file_is_wrong_use(tmp_path, name):
    with pytest.raises(WinnowError, match="cannot be opened") as caught:
        bits_of(str(tmp_path / name))
    assert caught.value.exit_code == 2


def test_options_that_contradict_each_other_are_wrong_use(tmp_path):
    for options in ({}, {"file": "a", "evaluate": Path("a")}, {"file": "a", "compare": "llm"},
                    {"evaluate": Path("a"), "compare": "embedded"}):  # fmt: skip
        with pytest.raises(typer.BadParameter):
            bits_of(**options)


def labelled(count: int = 24) -> list[bytes]:
    said = [("works now, thanks", ["satisfied"]), ("add a test", []), ("that is broken", [])]
    return [
        line(n, said[n % 3][0], labels=said[n % 3][1], source_repo=f"repo-{n % 4}")
        for n in range(count)
    ]


@pytest.mark.parametrize("columns", [80, 100])
def test_the_measures_are_whole_words_on_a_narrow_terminal(tmp_path, capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    path = tmp_path / "labelled.jsonl"
    path.write_bytes(b"".join(labelled()))
    assert bits_of(evaluate=path) == 0
    shown = capsys.readouterr().out
    rows = [row.split()[0] for row in shown.splitlines() if row]
    assert "…" not in shown and all(rows.count(bit) == 2 for bit in BITS)
    for heading in ("precision", "recall", "F1", "macro F1", "AUC", "calibration", "known"):
        assert heading in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_measures_have_intervals_over_repositories(tmp_path, capsys):
    path = tmp_path / "labelled.jsonl"
    path.write_bytes(b"".join(labelled()))
    bits_of(evaluate=path, as_json=True)
    found = json.loads(capsys.readouterr().out)["backends"]["embedded"]
    value, low, high = found["bits"]["satisfied"]["recall"]
    assert found["prompts"] == 24 and low <= value <= high


@pytest.mark.parametrize("content", [b"", b"{}\n", line(1, "a cormorant")])
def test_a_file_without_labels_cannot_be_measured_against(tmp_path, content):
    path = tmp_path / "labelled.jsonl"
    path.write_bytes(content)
    with pytest.raises(WinnowError, match="cannot be measured") as caught:
        bits_of(evaluate=path)
    assert SECRET not in caught.value.message + caught.value.remedy
