"""Lines of 40 MB and more, in bounded memory."""

import io
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.readers import Keys, TranscriptReader, iter_lines, long_lines
from flows.readers.long_lines import shorten
from flows.readers.tally import Refused

MEBIBYTE = 1 << 20


def test_a_line_of_40_mb_lands_in_bounded_memory(transcript):
    image = {"type": "image", "source": {"data": "HERE"}}
    line = transcript.user([image, {"type": "text", "text": "Like this."}]).lines[0]
    stream = io.BufferedReader(io.BytesIO(line.replace(b"HERE", b"A" * 40_000_000)))
    reader = TranscriptReader(Keys(event=str, message=str))
    tracemalloc.start()
    rows = list(reader.read(iter_lines(stream)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows[0][-5] == "Like this."
    assert peak < 110 * MEBIBYTE


def test_a_long_prompt_lands_cut(transcript):
    prompt = transcript.user("é\n" * 2_000_000).read().prompts[0]
    assert 100_000 < len(prompt.raw__text) <= 1_000_000
    assert set(prompt.raw__text) == {"é", "\n"}


def test_a_line_over_the_limit_is_refused_by_its_place(transcript, monkeypatch):
    monkeypatch.setattr(long_lines, "MAX_LINE_BYTES", 2_000)
    reading = transcript.user("Go.").user("x" * 9_000).user("On.").read()
    assert reading.prompt_texts == ["Go.", "On."]
    assert reading.tally.refusals == [("too_long", len(transcript.lines[0]))]


def test_places_behind_a_line_over_the_limit_are_right(transcript, monkeypatch):
    monkeypatch.setattr(long_lines, "MAX_LINE_BYTES", 2_000)
    transcript.user("Go.").user("x" * 9_000).add_line(b"{")
    place = len(transcript.lines[0]) + len(transcript.lines[1])
    assert transcript.read().tally.refusals[-1] == ("bad_json", place)


def test_a_message_of_countless_blocks_is_refused(transcript):
    reading = transcript.user("Go.").user([{"type": "text", "text": "x"}] * 60_000).read()
    assert reading.tally.refused == {"too_long": 1}


def test_a_line_without_long_strings_stays_as_it_is():
    line = json.dumps({"lines": ['"a\\"'] * 100_000}).encode()
    assert shorten(line) == line


def test_many_blocks_are_too_long():
    with pytest.raises(Refused, match="too_long"):
        shorten(b'{"type":1}' * 60_000)


TEXT = st.text(alphabet=["a", "é", "\U0001f600", "\\", '"', "\n", "\0"], max_size=60)


@given(texts=st.lists(TEXT, max_size=4), is_ascii=st.booleans(), kept=st.integers(1, 40))
def test_what_is_cut_is_still_json_and_a_beginning(texts, is_ascii, kept):
    line = json.dumps({"texts": texts}, ensure_ascii=is_ascii).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_lines, "KEPT_STRING_BYTES", kept)
        shortened = json.loads(shorten(line).decode())
    if kept < len("texts"):
        return
    for short, text in zip(shortened["texts"], texts, strict=True):
        whole = short.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
        assert text.startswith(whole)
