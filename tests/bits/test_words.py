"""Words, word classes and rules."""

import re
from collections import Counter
from importlib.resources import files

import pytest

from flows.bits.lexicon import BLANK, load_lexicon
from flows.bits.rules import compile_rule, hits, load_rules
from flows.bits.words import split_words


def classes(text: str) -> list[str]:
    lexicon = load_lexicon()
    names = {letter: name for name, letter in lexicon.letters.items()}
    return [names[c] for c in lexicon.classes(lexicon.words(text)) if c in names]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("don’t DONT do not", ["do", "not"] * 3),
        ("it's Ana's, they're", ["it", "is", "ana", ",", "they"]),
        ("nooooo", ["no"]),
        ("see https://a.b/c?d=1 and src/x/y.py", ["see", "<url>", "and", "<path>"]),
        ("what?!! really…", ["what", "?", "!", "really", "..."]),
        ("v2 and 17 in AGENTS.md", ["v2", "and", "<num>", "in", "agents.md"]),
        ("ＦＵＬＬ ｗｉｄｔｈ", ["full", "width"]),
        ("\ud83d lone", ["lone"]),
        ("", []),
    ],
)
def test_text_becomes_words(text, words):
    assert split_words(text) == words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("still doesn't work", ["STILL", "NOT", "WORK"]),
        ("还是报错", ["STILL", "FAIL"]),
        ("まだ動かない", ["STILL", "WORK", "NOT"]),
        ("ainda não funciona", ["STILL", "NOT", "WORK"]),
        ("всё ещё не работает", ["STILL", "NOT", "WORK"]),
        ("아직 안 돼요", ["STILL", "FAIL"]),
        ("sigue sin funcionar", ["STILL"]),
        ("immer noch kaputt", ["STILL", "FAIL"]),
        ("the wall of text", ["COMPLEX"]),
        ("from now on", ["STANDING"]),
        ("add a checkbox", ["RECORD"]),
    ],
)
def test_wordings_of_many_languages_are_one_class(text, found):
    assert classes(text)[: len(found)] == found


def test_a_phrase_counts_as_one_word_of_its_class():
    lexicon = load_lexicon()
    assert lexicon.classes(["thank", "you", "for", "this"]) == (
        lexicon.letters["THANKS"] + BLANK + lexicon.letters["HERE"]
    )


def test_no_entry_of_the_lexicon_stands_in_two_classes():
    text = files("flows.bits").joinpath("lexicon.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    entries = Counter(entry for line in lines for entry in line.split(": ", 1)[1].split(" | "))
    assert not [entry for entry, count in entries.items() if count > 1]


def test_every_rule_can_hit():
    assert all(re.compile(rule.pattern) and rule.needs for rule in load_rules())


def test_a_rule_stops_at_the_end_of_a_sentence():
    lexicon = load_lexicon()
    rule = compile_rule("dissatisfied", "<STILL> ~3 <FAIL>", lexicon)
    assert rule.pattern.search(lexicon.classes(lexicon.words("it still always fails")))
    assert not rule.pattern.search(lexicon.classes(lexicon.words("still there. it fails")))


def test_a_rule_of_an_unknown_class_is_refused():
    with pytest.raises(KeyError):
        compile_rule("satisfied", "<NOSUCHCLASS>", load_lexicon())


def test_rules_find_what_the_guideline_names():
    lexicon, rules = load_lexicon(), load_rules()
    found = hits(lexicon.classes(lexicon.words("you forgot the tests")))
    named = {rules[place % len(rules)].bit for place in found}
    assert {"correction", "too_simple_or_incomplete"} <= named
