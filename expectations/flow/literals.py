r"""String constants: what may stand in a query, by where it stands.

A literal can carry a session's text into a query that reads no raw column: a macro read it while
the project was compiled. So a literal must look like what people write in models. In the output
that is a word of a vocabulary or a short label, in a comparison a short value, in a pattern a
pattern. What looks like prose or like an encoded value is refused unless it is registered.
"""

from __future__ import annotations

import re

OUTPUT, COMPARED, PATTERN, TYPED = "output", "compared", "pattern", "typed"

MAX_LENGTH = {OUTPUT: 40, COMPARED: 64, PATTERN: 200, TYPED: 40}
MAX_WORDS = {OUTPUT: 3, COMPARED: 4, PATTERN: 40, TYPED: 6}
# All that a query may add to its output by way of literals, in characters.
MAX_OUTPUT_CHARACTERS = 2000

_WORD = re.compile(r"[^\W\d_]{2,}")
_TOKEN = re.compile(r"[A-Za-z0-9]+")
_TURN = re.compile(r"[A-Za-z](?=[0-9])|[0-9](?=[A-Za-z])")
_HUMP = re.compile(r"[a-z](?=[A-Z])")
# Characters of code, addresses and structured text; labels do without them.
_CODE = re.compile(r"[\x00-\x1f{}`\\;\"@]|://|\(\)|[-=]>|[:+=]=")
# A group of a pattern, put into its replacement.
_GROUP = re.compile(r"\\\d")
_DIRECTIVE = re.compile(r"%[-+ 0#,._']*\d*(?:\.\d+)?[a-zA-Z%]|\{[^{}]{0,16}\}")


def is_encoded(text: str) -> bool:
    """Tell whether a token of the text looks like a hash, a key or a base-64 value."""
    return any(_is_encoded_token(token) for token in _TOKEN.findall(text))


def _is_encoded_token(token: str) -> bool:
    turns, humps = len(_TURN.findall(token)), len(_HUMP.findall(token))
    if len(token) > 24 or turns >= 3 or re.fullmatch("(?=.*[0-9])[A-Z0-9]{16,}", token):
        return True
    # Camel case has humps; base 64 has runs of capitals or digits between them.
    if turns + humps >= 3 and len(token) >= 10 and re.search("[A-Z]{2}|[0-9]", token):
        return True
    is_hex = re.fullmatch(r"[0-9a-fA-F]{10,}", token) is not None
    return is_hex and not token.isalpha() and len(set(token)) > 2


def problem(text: str, role: str) -> str:
    """Return what is wrong with a literal in this role, '' if nothing is (never its text)."""
    if len(text) > MAX_LENGTH[role]:
        return f"a literal of {len(text)} characters"
    if role == PATTERN:
        return ""
    if len(_WORD.findall(text)) > MAX_WORDS[role]:
        return "a literal that reads like prose"
    if is_encoded(text):
        return "a literal that looks like an encoded value"
    has_content = any(map(str.isalnum, _GROUP.sub("", text)))
    if role == OUTPUT and has_content and _CODE.search(_GROUP.sub("", text)):
        return "a literal with characters of code or structured text"
    return ""


def without_directives(text: str) -> str:
    """Return a format string without its placeholders."""
    return _DIRECTIVE.sub("", text)


def name_problem(text: str) -> str:
    """Return what is wrong with a column name or alias, '' if nothing is: names leave as well."""
    if len(text) > 120 or len([word for word in text.split() if _WORD.search(word)]) > 5:
        return "a name that reads like prose"
    if is_encoded(text):
        return "a name that looks like an encoded value"
    return ""


def is_numeric_label(text: str) -> bool:
    """Tell whether a text is a number or a range of numbers, as macros for buckets make them."""
    return len(text) <= 24 and re.fullmatch(r"[0-9<>=+\-., ]*", text) is not None


def is_plain_number(value: int) -> bool:
    """Tell whether an integer constant is small, or a round one: no packed text."""
    size = abs(value)
    if size < 10**15:
        return True
    near_power = any((size + d) & (size + d - 1) == 0 for d in (-1, 0, 1))
    return near_power or len(str(size).rstrip("0")) <= 15
