"""What of a prompt is the user's own: logs, code and quotations are judged by nobody's feelings."""

import pytest

from flows.bits.own_words import own_words

LOG = "2026-03-01T10:00:00Z ERROR worker: job failed\n2026-03-01T10:00:01Z INFO giving up"
TRACE = 'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    boom()'


@pytest.mark.parametrize(
    "pasted",
    [
        LOG,
        TRACE,
        "```python\nraise ValueError('terrible')\n```",
        "> I have removed the broken part.",
        "│ name │ state │\n│ a    │ wrong │",
        "error[E0382]: borrow of moved value\n  --> src/main.rs:4:9",
        "$ make\nmake: *** [all] Error 2",
        "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@",
    ],
)
def test_what_was_pasted_is_cut_and_the_words_around_it_stay(pasted):
    found = own_words(f"look at this please\n{pasted}\nwhat is it?")
    assert "look at this please" in found.text
    assert "what is it?" in found.text
    assert not any(word in found.text for word in ("ERROR", "Traceback", "terrible", "removed"))
    assert found.pasted > 0.2


def test_a_prompt_of_code_alone_has_no_words():
    assert own_words("```\nwrong = True\n```").text.strip() == ""


def test_an_open_fence_ends_with_the_text():
    assert own_words("see here:\n```\nthis is terrible").text.strip() == "see here:"


def test_a_slash_command_is_no_word_of_the_user():
    assert own_words("/review this is still wrong").text.strip() == "this is still wrong"


def test_a_path_is_no_slash_command():
    assert "etc" in own_words("/etc/hosts is wrong").text


@pytest.mark.parametrize(
    "text",
    [
        "that is wrong, use 13:30 instead",
        "no; the second one",
        "- the first\n- the second",
        "ok :)",
    ],
)
def test_plain_words_stay_as_they_are(text):
    assert own_words(text).text == text


def test_a_quotation_is_told_and_cut():
    found = own_words("> you said this\nand it is not true")
    assert found.quotes
    assert found.text.strip() == "and it is not true"


def test_of_a_long_text_head_and_tail_are_read():
    found = own_words("first words\n" + "filler words\n" * 100_000 + "last words")
    assert found.text.startswith("first words")
    assert found.text.endswith("last words")
    assert len(found.text) < 10_000
