"""One line of a transcript → one record, or the reason why not."""

import re

import msgspec

from flows.readers.long_lines import Line, LongLine
from flows.readers.records import OtherRecord, Record
from flows.readers.tally import Refused

_decode_record = msgspec.json.Decoder(Record).decode
_decode_other = msgspec.json.Decoder(OtherRecord).decode

_BOM = b"\xef\xbb\xbf"
# A surrogate pair, a lone surrogate, or any other escape: the first and last stay as they are.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def decode_line(line: Line) -> Record | None:
    """The wanted fields of the line; None for a blank one. Lone surrogate escapes become U+FFFD:
    UTF-8 cannot hold them.

    Raises Refused: bad_json, bad_schema, bad_utf8, not_an_object, too_deep, too_long or
    truncated_line (no newline at its end).
    """
    if type(line) is LongLine:
        line = line.kept
        if line is None:
            raise Refused("too_long")
    try:
        return _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if type(error) is not msgspec.DecodeError:
            raise Refused(_reason(error, line)) from None
    return _decode_repaired(line) if line.strip() else None


def _decode(line: bytes) -> Record:
    try:
        return _decode_record(line)
    except (msgspec.ValidationError, UnicodeDecodeError):
        return _decode_other(line)


def _decode_repaired(line: bytes) -> Record:
    repaired = repair(line)
    try:
        return _decode(repaired)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(_reason(error, repaired)) from None


def repair(line: bytes) -> bytes:
    """The line without byte order mark, lone surrogate escapes replaced by U+FFFD."""
    return _ESCAPE.sub(_replace_lone_surrogate, line.removeprefix(_BOM))


def _reason(error: Exception, line: bytes) -> str:
    if isinstance(error, msgspec.ValidationError):
        return "bad_schema" if line.lstrip().startswith(b"{") else "not_an_object"
    if isinstance(error, msgspec.DecodeError):
        return "bad_json" if line.endswith(b"\n") else "truncated_line"
    return "bad_utf8" if isinstance(error, UnicodeDecodeError) else "too_deep"


def _replace_lone_surrogate(escape: re.Match[bytes]) -> bytes:
    return escape.group() if escape.group(1) is None else rb"\ufffd"
