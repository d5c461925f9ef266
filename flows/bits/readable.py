"""Which prompts the embedded model can tell anything about: scripts that its lexicon covers."""

import re

_READ = 2000
_KNOWN = re.compile(r"[A-Za-z\u00c0-\u024f\u0400-\u052f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LETTER = re.compile(r"[^\W\d_]")


def is_readable(text: str) -> bool:
    """False for text without content, or mostly in a script with no evidence (say Arabic or Thai).

    Emoji and digits alone are readable: they are words of the lexicon, or say nothing.
    """
    text = text[:_READ].strip()
    if not text or text.isascii():
        return bool(text)
    letters = len(_LETTER.findall(text))
    return letters == 0 or 2 * len(_KNOWN.findall(text)) >= letters
