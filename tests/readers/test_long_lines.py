"""Lines of 40 MB and more, in bounded memory."""

import io
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.readers import Keys, TranscriptReader, iter_lines, long_lines
from flows.readers.long_lines import Shortener

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
    assert peak < 8 * MEBIBYTE


def test_a_long_prompt_lands_cut(transcript):
    prompt = transcript.user("é\n" * 2_000_000).read().prompts[0]
    assert 100_000 < len(prompt.raw__text) <= 1_000_000
    assert set(prompt.raw__text) == {"é", "\n"}


def test_a_line_over_the_limit_is_refused_by_its_place(transcript, monkeypatch):
    monkeypatch.setattr(long_lines, "LONG_LINE_BYTES", 1_000)
    monkeypatch.setattr(long_lines, "MAX_LINE_BYTES", 2_000)
    reading = transcript.user("Go.").user("x" * 9_000).user("On.").read()
    assert reading.prompt_texts == ["Go.", "On."]
    assert reading.tally.refusals == [("too_long", len(transcript.lines[0]))]


def test_places_behind_a_line_over_the_limit_are_right(transcript, monkeypatch):
    monkeypatch.setattr(long_lines, "LONG_LINE_BYTES", 1_000)
    monkeypatch.setattr(long_lines, "MAX_LINE_BYTES", 2_000)
    transcript.user("Go.").user("x" * 9_000).add_line(b"{")
    place = len(transcript.lines[0]) + len(transcript.lines[1])
    assert transcript.read().tally.refusals[-1] == ("bad_json", place)


def test_a_message_of_countless_blocks_is_refused(transcript):
    reading = transcript.user("Go.").user([{"type": "text", "text": "x"}] * 60_000).read()
    assert reading.tally.refused == {"too_long": 1}


def shortened(line: bytes, piece: int) -> bytes:
    """As a line that is read in pieces of that length."""
    shortener = Shortener()
    for start in range(0, len(line), piece):
        shortener.add(line[start : start + piece])
    return bytes(shortener.kept)


TEXT = st.text(alphabet=["a", "é", "\U0001f600", "\\", '"', "\n", "\0"], max_size=60)
TEXTS = st.lists(TEXT, max_size=4)


@given(texts=TEXTS, is_ascii=st.booleans(), piece=st.integers(1, 40))
def test_a_line_without_long_strings_stays_as_it_is(texts, is_ascii, piece):
    line = json.dumps({"texts": texts}, ensure_ascii=is_ascii).encode() + b"\n"
    assert shortened(line, piece) == line


@given(texts=TEXTS, is_ascii=st.booleans(), piece=st.integers(1, 40), more=st.integers(0, 20))
def test_what_is_cut_is_still_json_and_a_beginning(texts, is_ascii, piece, more):
    line = json.dumps({"t": texts}, ensure_ascii=is_ascii).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_lines, "KEPT_STRING_BYTES", piece + more)
        (found,) = json.loads(shortened(line, piece).decode()).values()
    for short, text in zip(found, texts, strict=True):
        whole = short.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
        assert text.startswith(whole)
        assert len(json.dumps(short, ensure_ascii=is_ascii).encode()) <= 2 * piece + more + 2


def test_a_long_line_lands_as_if_it_were_read_at_once(transcript, monkeypatch):
    whole = transcript.user("Go.").reply("Yes, " * 50).user('On, "quoted" \\ é.').read()
    monkeypatch.setattr(long_lines, "LONG_LINE_BYTES", 100)
    assert transcript.read().events == whole.events
