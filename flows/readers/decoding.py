"""One line of a transcript → one record, or the reason why not."""

import re

import msgspec

from flows.readers.long_lines import LONG_LINE_BYTES, shorten
from flows.readers.records import Record
from flows.readers.tally import Refused

_decode = msgspec.json.Decoder(Record).decode

_BOM = b"\xef\xbb\xbf"
# A surrogate pair, a lone surrogate, or any other escape: the first and last stay as they are.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def decode_line(line: bytes) -> Record:
    """The wanted fields of the line. Lone surrogate escapes become U+FFFD: UTF-8 cannot hold them.

    Raises Refused: bad_json, bad_schema, bad_utf8, not_an_object, too_deep, too_long or
    truncated_line (no newline at its end).
    """
    if len(line) > LONG_LINE_BYTES:
        line = shorten(line)
    try:
        return _decode(line)
    except msgspec.ValidationError:
        raise Refused(_schema_reason(line)) from None
    except msgspec.DecodeError:
        return _decode_repaired(line)
    except UnicodeDecodeError:
        raise Refused("bad_utf8") from None
    except RecursionError:
        raise Refused("too_deep") from None


def _decode_repaired(line: bytes) -> Record:
    repaired = _ESCAPE.sub(_replace_lone_surrogate, line.removeprefix(_BOM))
    try:
        return _decode(repaired)
    except msgspec.ValidationError:
        raise Refused(_schema_reason(repaired)) from None
    except msgspec.DecodeError:
        raise Refused("bad_json" if line.endswith(b"\n") else "truncated_line") from None
    except UnicodeDecodeError:
        raise Refused("bad_utf8") from None
    except RecursionError:
        raise Refused("too_deep") from None


def _replace_lone_surrogate(escape: re.Match[bytes]) -> bytes:
    return escape.group() if escape.group(1) is None else rb"\ufffd"


def _schema_reason(line: bytes) -> str:
    return "bad_schema" if line.lstrip().startswith(b"{") else "not_an_object"
